from pathlib import Path

from setuptools import setup

setup(
    name="contoso-legacy",
    version="2.4.0",
    description="Connection strings of the Contoso services that still use them",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="The nox-release authors",
    author_email="sdk@example.com",
    license_expression="MIT",
    license_files=["LICENSE"],
    project_urls={
        "Homepage": "https://example.com/sdk/contoso-legacy",
        "Source": "https://example.com/sdk/contoso-legacy/source",
        "Changelog": "https://example.com/sdk/contoso-legacy/changelog",
        "Issues": "https://example.com/sdk/contoso-legacy/issues",
    },
    keywords=["contoso", "sdk", "connection string"],
    classifiers=[
        "Development Status :: 5 - Production/Stable",
        "Intended Audience :: Developers",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Programming Language :: Python :: 3.14",
        "Topic :: Software Development :: Libraries :: Python Modules",
    ],
    packages=["contoso_legacy"],
    python_requires=">=3.11",
    install_requires=["contoso-core>=1.0"],
)
