"""Trust: is the address in From proved to be the sender's? DKIM, SPF and DMARC, or the word of a front server of ours.

Pure but for the resolver that is handed in: no database, no other socket. After a crash the check is simply made again
from the same bytes. It says what is proved and never refuses a mail: what follows from the verdict is for the rules.
"""

from mailroom.trust.dns import Resolver, Trouble
from mailroom.trust.judge import Arrival, judge
from mailroom.trust.peers import is_one_of
from mailroom.trust.resolver import resolver_for

__all__ = ["Arrival", "Resolver", "Trouble", "is_one_of", "judge", "resolver_for"]
