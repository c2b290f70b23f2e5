"""What is installed beside the program: known flaws and licences."""
