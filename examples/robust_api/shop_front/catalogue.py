"""What the shop sells."""

from typing import TypedDict


class Product(TypedDict):
    """Its name, and what it costs without a discount."""

    name: str
    cents: int


PRODUCTS: dict[str, Product] = {
    "tea": {"name": "Darjeeling", "cents": 900},
    "pot": {"name": "Teapot", "cents": 3_400},
    "cup": {"name": "Cup", "cents": 700},
}
