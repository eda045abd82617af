"""What is said of answers: banks of them, one module a chapter, and the tests that run over all."""
