"""Where a release comes from and what is in it, said in the forms that others read; values in, bytes out."""
