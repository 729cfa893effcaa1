"""Publish attestations (PEP 740): who uploads which bytes, signed with the CI's identity and kept in a public log.

All that asks the network's signing service is :class:`Sigstore`; what was signed is checked, sent and compared here.
Importing this takes a second, so it is imported where something is attested.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from id import IdentityError
from pypi_attestations import Attestation, AttestationError, Distribution, GitHubPublisher, GitLabPublisher
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext

from nox_release.errors import Blocked
from nox_release.index import ambient
from nox_release.model import Artifact
from nox_release.reconcile import Attempt

PREDICATE = "https://docs.pypi.org/attestations/publish/v1"
Publisher = GitHubPublisher | GitLabPublisher

logging.getLogger("sigstore").setLevel(logging.ERROR)  # it warns of working offline, which is what we ask for


class Signer(Protocol):
    """What signs with an identity that others can check."""

    def sign(self, paths: Sequence[Path]) -> Sequence[Attestation]:
        """Return an attestation for each file.

        :raises Blocked: where it cannot be had.
        """
        ...


@dataclass(frozen=True)
class Sigstore:
    """The public signing service: a certificate for the CI's identity, and an entry in its log."""

    identity: Callable[[str], str | None] = ambient.identity

    def sign(self, paths: Sequence[Path]) -> Sequence[Attestation]:
        """Sign all files with one certificate."""
        try:
            if not (token := self.identity("sigstore")):
                raise IdentityError("the CI offers no identity to this job")
            context = SigningContext.from_trust_config(ClientTrustConfig.production())
            with context.signer(IdentityToken(token)) as signer:
                return [Attestation.sign(signer, Distribution.from_file(path)) for path in paths]
        except Exception as error:  # what the service's client raises has no other ancestor
            raise Blocked(
                f"the files cannot be attested, so nothing was sent: {_first_line(error)}", _OTHERWISE
            ) from None


_OTHERWISE = (
    "see that the job may ask for an identity (GitHub: permissions: id-token: write; GitLab: id_tokens: "
    'SIGSTORE_ID_TOKEN with aud: sigstore) and run it again; to go without: attestation-exempt = "the reason"'
)


def publisher(environ: Mapping[str, str]) -> Publisher:
    """Return who this job is, as a trusted publisher of PyPI names it.

    :raises Blocked: where the job does not say.
    """
    workflow = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0].rpartition("/")[2]
    if (repository := environ.get("GITHUB_REPOSITORY")) and workflow:
        return GitHubPublisher(repository=repository, workflow=workflow)
    if project := environ.get("CI_PROJECT_PATH"):
        path = environ.get("CI_CONFIG_PATH") or ".gitlab-ci.yml"
        return GitLabPublisher(repository=project, workflow_filepath=path)
    raise Blocked("the CI does not say which workflow this is", _OTHERWISE)


Verify = Callable[[Attestation, Artifact], str]
"""Why an attestation does not hold for a file; empty: it does."""


def verifier(expected: Callable[[], Any]) -> Verify:
    """Return the judge of attestations: signature, certificate, log, identity, file name, digest and kind.

    It asks nobody: the roots of trust come with the tools, or are those that signing has just fetched.

    :param expected: returns a publisher, or a policy of sigstore.
    """

    def verify(attestation: Attestation, artifact: Artifact) -> str:
        try:
            file = Distribution(name=artifact.filename, digest=artifact.sha256)
            kind, _ = attestation.verify(expected(), file, offline=True)
        except (AttestationError, ValueError) as error:
            return _first_line(error)
        return "" if kind == PREDICATE else f"it is a {kind}, not a publish attestation"

    return verify


class Uploads(Protocol):
    """Uploads with attestations, see :class:`nox_release.index.upload.Uploader`."""

    def upload(self, path: Path, attestations: Sequence[str] = ()) -> Attempt:
        """Send one file once."""
        ...


class Shows(Protocol):
    """Tells what attestations an index shows, see :class:`nox_release.index.integrity.Integrity`."""

    def attestations(self, name: str, version: str, filename: str) -> Sequence[Any]:
        """Return those of one file as JSON has them."""
        ...


@dataclass(frozen=True)
class Attached:
    """Uploads each file with its attestation."""

    uploader: Uploads
    made: Mapping[str, Path]
    """File name → file of its attestation."""

    def upload(self, path: Path) -> Attempt:
        """Send one file once."""
        return self.uploader.upload(path, [str(self.made[path.name])] if path.name in self.made else [])


@dataclass(frozen=True)
class Attesting:
    """What attests the files of a command, and looks whether the index shows it."""

    signer: Signer
    verify: Verify
    uploader: Uploads
    index: Shows
    patience: float = 20.0
    """Seconds that the index may take to show an attestation that it took."""

    def attached(self, files: Sequence[tuple[Artifact, Path]], folder: Path) -> Attached:
        """Attest *files*, which are all to be sent; nothing may be sent where this fails.

        :param folder: where the attestations are written.
        :raises Blocked: where one cannot be made, or is not what it has to be.
        """
        made = {}
        signed = self.signer.sign([path for _, path in files]) if files else ()
        for (artifact, _), attestation in zip(files, signed, strict=True):
            if why := self.verify(attestation, artifact):
                raise Blocked(
                    f"the attestation of {artifact.filename} does not hold, so nothing was sent: {why}", _OTHERWISE
                )
            made[artifact.filename] = folder / f"{artifact.filename}.publish.attestation"
            made[artifact.filename].write_text(attestation.model_dump_json(), encoding="utf-8")
        return Attached(self.uploader, made)

    def missed(self, name: str, version: str, artifacts: Sequence[Artifact], sent: Attached) -> dict[str, str]:
        """Return the files of which the index does not show a good attestation → what it shows."""
        found = {}
        for artifact in artifacts:
            try:
                shown = [
                    Attestation.model_validate(item)
                    for item in self.index.attestations(name, version, artifact.filename)
                ]
            except (Blocked, ValueError) as error:
                found[artifact.filename] = f"it cannot be read: {_first_line(error)}"
                continue
            if why := self._lacks(artifact, shown, sent.made.get(artifact.filename)):
                found[artifact.filename] = why
        return found

    def _lacks(self, artifact: Artifact, shown: Sequence[Attestation], made: Path | None) -> str:
        if not shown:
            return "the index shows none"
        if made and Attestation.model_validate_json(made.read_bytes()) in shown:
            return ""  # what was sent, and was judged before
        # Sent by an earlier command that did not live to see it, or by somebody else.
        whys = [self.verify(attestation, artifact) for attestation in shown]
        return "" if "" in whys else f"the index shows another one: {whys[0]}"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
