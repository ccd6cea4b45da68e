"""The README's table of rights, as the code has them."""

from portal.base.access import GRANTABLE, GRANTS, Permission


def table() -> str:
    """Roles across, permissions down; the last column is what a customer may grant a partner."""
    roles = list(GRANTS)
    lines = [
        "| permission | "
        + " | ".join(role.label for role in roles)
        + " | grantable to a partner |",
        "|---" * (len(roles) + 2) + "|",
    ]
    for permission in Permission:
        cells = ["yes" if permission in GRANTS[role] else "–" for role in roles]
        cells.append("yes" if permission in GRANTABLE else "–")
        lines.append(f"| `{permission}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
