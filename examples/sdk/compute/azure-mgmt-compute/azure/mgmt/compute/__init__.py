"""An in-memory stand-in for a compute management client library."""

from azure.mgmt.compute._client import ComputeManagementClient, VirtualMachinesOperations
from azure.mgmt.compute._version import VERSION
from azure.mgmt.compute.models import VirtualMachine

__version__ = VERSION

__all__ = ["ComputeManagementClient", "VirtualMachine", "VirtualMachinesOperations"]
