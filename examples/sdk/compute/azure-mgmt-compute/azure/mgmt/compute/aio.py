"""The same client for asynchronous code; needs the extra `aio`."""

from functools import partial

from anyio import to_thread
from azure.mgmt.compute import _client
from azure.mgmt.compute.models import VirtualMachine
from contoso_core import TokenCredential

__all__ = ["ComputeManagementClient", "VirtualMachinesOperations"]


class VirtualMachinesOperations:
    """The virtual machines of a subscription."""

    def __init__(self, operations: _client.VirtualMachinesOperations) -> None:
        self._operations = operations

    async def create_or_update(self, group: str, name: str, *, size: str) -> VirtualMachine:
        call = partial(self._operations.create_or_update, group, name, size=size)
        return await to_thread.run_sync(call)

    async def get(self, group: str, name: str) -> VirtualMachine:
        return await to_thread.run_sync(self._operations.get, group, name)

    async def delete(self, group: str, name: str) -> None:
        await to_thread.run_sync(self._operations.delete, group, name)

    async def list(self, group: str) -> tuple[VirtualMachine, ...]:
        return await to_thread.run_sync(lambda: tuple(self._operations.list(group)))


class ComputeManagementClient:
    """A client for one subscription."""

    def __init__(self, subscription_id: str, credential: TokenCredential | None = None) -> None:
        client = _client.ComputeManagementClient(subscription_id, credential)
        self.virtual_machines = VirtualMachinesOperations(client.virtual_machines)
