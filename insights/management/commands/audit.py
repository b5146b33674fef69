"""manage.py audit: a line per rule with the number of what breaks it. Exit code 1 when one is broken."""
import sys

from django.core.management.base import BaseCommand, CommandError

from accounts.instant import database_now
from insights import audit


class Command(BaseCommand):
    help = "Asks the database whether every invariant holds. Writes nothing; exit code 1 when one is broken."

    def add_arguments(self, parser):
        parser.add_argument("codes", nargs="*", metavar="CODE", help="only these rules, for example I9 C2")

    def handle(self, *args, codes, **options):
        unknown = [code for code in codes if code not in audit.CHECKS]
        if unknown:
            raise CommandError(f"There is no rule {', '.join(unknown)}; there are {', '.join(audit.CHECKS)}.")
        findings = audit.run(now=database_now(), codes=codes)
        for finding in findings:
            self.stdout.write(self.line(finding))
        broken = audit.broken(findings)
        if broken:
            self.stderr.write(f"{len(broken)} of {len(findings)} rules are broken.")
            sys.exit(1)
        self.stdout.write(f"All {len(findings)} rules hold.")

    def line(self, finding):
        numbers = ", ".join(finding.examples) + (" …" if finding.count > len(finding.examples) else "")
        text = f"{finding.code:<4}{finding.count:>6}  {finding.rule}"
        return f"{text}\n            {numbers}" if finding.is_broken else text
