"""What the account service's operators can read at `/admin/`."""

from flextx.admin.registering import show, show_toolkit
from flextx.admin.site import OperatorsSite

site = OperatorsSite("Account service")

show(site, "ledger.Account", "id kind owner_id asset balance last_leg updated_at", search="owner_id", filters="kind")
show(
    site,
    "ledger.Transfer",
    "transfer_id kind cause_id asset amount debit_account_id credit_account_id created_at",
    search="cause_id transfer_id reverses_transfer_id closes_transfer_id",
)
show(site, "ledger.Owner", "owner_id frozen", search="owner_id")
show(site, "ledger.FreezeMove", "id owner_id frozen who why moved_at", search="owner_id")
show_toolkit(site)
