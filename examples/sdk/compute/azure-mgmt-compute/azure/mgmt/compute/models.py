"""What the service knows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VirtualMachine:
    id: str
    name: str
    size: str
