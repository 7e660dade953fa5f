"""What the shop sells."""

PRODUCTS = {
    "tea": {"name": "Darjeeling", "cents": 900},
    "pot": {"name": "Teapot", "cents": 3_400},
    "cup": {"name": "Cup", "cents": 700},
}
