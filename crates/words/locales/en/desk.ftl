# The desk: who the officers are and how they prove it.

role-desk = Desk
role-supervisor = Supervision
role-auditor = Audit
role-admin = Administration

## Command line

help-officer = Look after the officers of the desk
help-officer-add = Add an officer and print their enrolment address, which works once
help-officer-add--name = What they are called
help-officer-add--email = Their e-mail address at the institution, by which they are known
help-officer-add--role = What they may do
help-officer-list = List the officers: role, e-mail address, name and state
help-officer-disable = Take an officer's access away
help-officer-disable--email = Their e-mail address at the institution
officer-added = { $name }: hand this address over in person. It works once, for { $hours } h.
officer-disabled = { $name } no longer has access; their sessions have ended.
officers-none = There are no officers yet: clavero officer add --name N --email E --role admin
officer-state-disabled = no access
officer-state-waiting = not enrolled yet
officer-state-totp = authenticator app
officer-state-passkey = passkey
failed-officers = the officers cannot be read or written; see the error log
failed-officer-name = the name is empty or too long; write up to 80 characters
failed-officer-email = “{ $email }” is no e-mail address; write something like name@institution.example
failed-officer-taken = there is an officer with the e-mail address { $email } already; if they lost their passkey, two admins give them another enrolment address at the desk
failed-officer-unknown = there is no officer with the e-mail address { $email }; see them with: clavero officer list
failed-officer-inactive = that officer has no access any more
failed-officer-last-admin = that would be the last admin with access; add another one first: clavero officer add --role admin
demo-officers = Desk: open { $url }/ventanilla and choose with one click who to be:
