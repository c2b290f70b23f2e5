"""What the archive holds, in forms that other programs read; one module a form."""
