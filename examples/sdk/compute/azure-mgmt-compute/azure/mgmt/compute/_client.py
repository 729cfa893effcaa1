from collections.abc import Sequence

from azure.mgmt.compute.models import VirtualMachine
from contoso_core import (
    ClientAuthenticationError,
    Paged,
    ResourceNotFoundError,
    TokenCredential,
)
from contoso_identity import EnvironmentCredential

SCOPE = "https://management.example.com/.default"
PAGE_SIZE = 50


class VirtualMachinesOperations:
    """The virtual machines of a subscription."""

    def __init__(self, subscription_id: str, credential: TokenCredential) -> None:
        self._subscription_id = subscription_id
        self._credential = credential
        self._machines: dict[str, VirtualMachine] = {}

    def create_or_update(self, group: str, name: str, *, size: str) -> VirtualMachine:
        self._authenticate()
        machine = VirtualMachine(self._id(group, name), name, size)
        self._machines[machine.id] = machine
        return machine

    def get(self, group: str, name: str) -> VirtualMachine:
        self._authenticate()
        machine_id = self._id(group, name)
        if machine_id not in self._machines:
            raise ResourceNotFoundError(machine_id)
        return self._machines[machine_id]

    def delete(self, group: str, name: str) -> None:
        self._authenticate()
        self._machines.pop(self._id(group, name), None)

    def list(self, group: str) -> Paged[VirtualMachine]:
        """The machines of a group, in the order of their names."""

        def fetch(after: str | None) -> tuple[Sequence[VirtualMachine], str | None]:
            self._authenticate()
            prefix = self._id(group, "")
            ids = sorted(i for i in self._machines if i.startswith(prefix))
            rest = [i for i in ids if after is None or i > after]
            page = rest[:PAGE_SIZE]
            continuation = page[-1] if len(rest) > PAGE_SIZE else None
            return [self._machines[i] for i in page], continuation

        return Paged(fetch)

    def _authenticate(self) -> None:
        if self._credential.get_token(SCOPE).is_expired():
            raise ClientAuthenticationError("the token has expired")

    def _id(self, group: str, name: str) -> str:
        return (
            f"/subscriptions/{self._subscription_id}/resourceGroups/{group}"
            f"/providers/Microsoft.Compute/virtualMachines/{name}"
        )


class ComputeManagementClient:
    """A client for one subscription."""

    def __init__(self, subscription_id: str, credential: TokenCredential | None = None) -> None:
        self.virtual_machines = VirtualMachinesOperations(subscription_id, credential or EnvironmentCredential())
