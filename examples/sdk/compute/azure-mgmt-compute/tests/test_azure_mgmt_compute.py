from importlib.metadata import version

import azure.mgmt.compute
import pytest
from azure.mgmt.compute import ComputeManagementClient
from contoso_core import AccessToken, ClientAuthenticationError, ResourceNotFoundError
from contoso_identity import StaticCredential


@pytest.fixture
def machines():
    return ComputeManagementClient("sub", StaticCredential("a")).virtual_machines


def test_version_is_that_of_the_distribution():
    assert azure.mgmt.compute.__version__ == version("azure-mgmt-compute")


def test_machine_is_created_updated_and_deleted(machines):
    machines.create_or_update("group", "vm", size="small")
    machines.create_or_update("group", "vm", size="large")
    assert machines.get("group", "vm").size == "large"
    machines.delete("group", "vm")
    machines.delete("group", "vm")
    with pytest.raises(ResourceNotFoundError, match="virtualMachines/vm"):
        machines.get("group", "vm")


def test_list_goes_over_every_page_of_one_group(machines):
    names = [f"vm-{number:03}" for number in range(101)]
    for name in reversed(names):
        machines.create_or_update("group", name, size="small")
    machines.create_or_update("group-2", "other", size="small")
    listed = machines.list("group")
    assert [machine.name for machine in listed] == names
    assert [len(page) for page in listed.by_page()] == [50, 50, 1]


def test_environment_is_the_default_credential(monkeypatch):
    machines = ComputeManagementClient("sub").virtual_machines
    monkeypatch.setenv("CONTOSO_TOKEN", "a")
    assert list(machines.list("group")) == []
    monkeypatch.delenv("CONTOSO_TOKEN")
    with pytest.raises(ClientAuthenticationError, match="CONTOSO_TOKEN"):
        list(machines.list("group"))


def test_expired_token_is_refused():
    class Expired:
        def get_token(self, scope):
            return AccessToken("a", expires_on=0)

    machines = ComputeManagementClient("sub", Expired()).virtual_machines
    with pytest.raises(ClientAuthenticationError, match="expired"):
        machines.get("group", "vm")
