"""Links by which a buyer goes on with a basket on another device, or has it e-mailed."""
