"""What strangers write, thrown at what reads it: ``python -m tests.fuzz`` lists the targets."""
