"""Growth: who comes, from where, what they do and bring in, who returns, and what moved them."""
