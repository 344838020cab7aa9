"""placeholder"""


class Kobo:
    def __init__(self, clock): ...
