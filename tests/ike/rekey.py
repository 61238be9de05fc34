#!/usr/bin/env python3
"""Twenty rekeys, one after the other: both ends have to say that one is done before the next
begins, as two at once are one. They begin a second apart; if one was late, there is still
time for packets under each pair of SAs. An IKE_SA is not rekeyed while an exchange of it is under
way, RFC 7296 2.25.2: it would be tried again after ten seconds.

    rekey.py SOCKET-OF-GW1 SOCKET-OF-GW2
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.environ['TOP'], 'tests/lib'))
from vici import Charon  # pylint: disable=wrong-import-position

gw1, gw2 = Charon(sys.argv[1]), Charon(sys.argv[2])
for charon in gw1, gw2:
    charon.listen('child-rekey', 'ike-rekey')
begin = time.monotonic()
for n in range(20):
    time.sleep(max(0.2, begin + n - time.monotonic()))
    first = gw2 if n % 2 else gw1
    if n % 5 == 4:
        what, names = 'ike-rekey', {'ike': 'gw1' if first is gw2 else 'gw2'}
    else:
        what, names = 'child-rekey', {'child': 'net'}
    if what == 'ike-rekey':
        gw1.settle()
        gw2.settle()
    first.ask('rekey', **names)
    gw1.event(what)
    gw2.event(what)
print(f'20 rekeys in {time.monotonic() - begin:.1f} seconds')
