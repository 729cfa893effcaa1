#!/usr/bin/env bash
# What a release engineer types without nox-release, for one package: build, check, compare with git,
# install, import. TOOLS is a virtualenv that holds build, twine, check-manifest (and uv).
# usage: by_hand.sh uv|pip TOOLS PACKAGE_FOLDER IMPORT_NAME WORK
set -eu
how=$1 tools=$2 package=$3 module=$4 work=$5
export PATH="$tools/bin:$PATH"
mkdir -p "$work"
cp -r "$package" "$work/source" # a build leaves egg-info and build/ behind
cd "$work/source"
git init -q . && git add -A
if [ "$how" = uv ]; then
    uv build -q --out-dir "$work/dist" .
else
    python -m build --outdir "$work/dist" . >"$work/build.log" 2>&1
fi
twine check --strict "$work"/dist/*.whl "$work"/dist/*.tar.gz >"$work/twine.log" || true
check-manifest . >"$work/manifest.log" 2>&1 || true # it raises false alarms; its time counts all the same
everything="import importlib, pkgutil, $module as m
for info in pkgutil.walk_packages(m.__path__, '$module.', onerror=lambda name: None):
    if not any(part.startswith('_') for part in info.name.split('.')):
        try: importlib.import_module(info.name)
        except ImportError: pass"
if [ "$how" = uv ]; then
    uv venv -q "$work/env"
    uv pip install -q --python "$work/env/bin/python" "$work"/dist/*.whl
else
    python -m venv "$work/env"
    "$work/env/bin/python" -m pip install -q "$work"/dist/*.whl >"$work/pip.log" 2>&1
fi
cd "$work/dist" && "$work/env/bin/python" -c "$everything"
