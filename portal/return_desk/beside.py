"""What is shown on the pages of a replacement beside what it tells itself, in this order."""

from portal.carriers.beside import find as parcels
from portal.carriers.beside import find_for_desk as parcels_on_desk
from portal.dead_on_arrival.beside import find as chain
from portal.replacements.beside import tells_of_replacements, tells_the_desk
from portal.returns.beside import find as returned

tells_of_replacements("returns/_of_replacement.html", returned)
tells_of_replacements("carriers/_of_replacement.html", parcels)
tells_of_replacements("dead_on_arrival/_of_replacement.html", chain)
tells_the_desk("carriers/_on_desk.html", parcels_on_desk)
tells_the_desk("dead_on_arrival/_of_replacement.html", chain)
