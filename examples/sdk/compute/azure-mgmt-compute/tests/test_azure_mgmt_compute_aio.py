import pytest
from contoso_identity import StaticCredential

anyio = pytest.importorskip("anyio", reason="needs the extra aio")


def test_asynchronous_client_has_the_same_operations():
    from azure.mgmt.compute.aio import ComputeManagementClient

    async def use():
        client = ComputeManagementClient("sub", StaticCredential("a"))
        machines = client.virtual_machines
        machine = await machines.create_or_update("group", "vm", size="small")
        assert await machines.get("group", "vm") == machine
        assert await machines.list("group") == (machine,)
        await machines.delete("group", "vm")
        assert await machines.list("group") == ()

    anyio.run(use)
