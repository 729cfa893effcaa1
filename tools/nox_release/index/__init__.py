"""Indexes of packages: reading one, uploading to one, and one of our own on loopback for rehearsals."""
