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
officer-added = { $name }: hand this address over in person. It works once, for { $life }.
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

## The frame

desk-crumb = Desk
desk-session = Your session
desk-until = Session until { $at }
desk-ended-short = ended
desk-ending = Your session is about to end.
desk-go-on = Go on working
desk-sign-out = Sign out
desk-home-title = Desk
desk-no-passkey-yet = You sign in with codes. A passkey is quicker and safer; you can add one at:
message-desk-role-title = Your role does not have this page
message-desk-role-text = It was recorded that you asked for it. If your work needs it, speak to your administration.

## Signing in

desk-sign-in-title = Officers’ sign-in
desk-enrolled = You are enrolled. Sign in now for the first time.
desk-demonstration = Demonstration
desk-demonstration-text = Choose who to be; one click will do. Outside the demonstration this does not exist.
desk-passkey-text = With your device’s fingerprint, face or PIN, or with your security key.
desk-passkey-button = Sign in with a passkey
desk-passkey-named = My passkey is not shown
desk-passkey-email-hint = Some security keys are found by your e-mail address only.
desk-passkey-find = Find my passkey
desk-email = E-mail address at the institution
desk-code-way = Sign in with a code
desk-code = Code of your app
desk-code-hint = The six digits that it shows now. Each code works once.
desk-code-button = Sign in with a code
desk-code-refused = The e-mail address or the code is not right, or the code was used. Wait for the next one and type it.
desk-passkey-refused = That passkey does not open the desk, or it took too long. Try again; if you lost yours, speak to your administration.
desk-lost = Lost your key or your phone? Your administration asks for another enrolment, and a second person confirms it.
passkey-cancelled = The passkey did not answer, or it was cancelled. You can try again.
passkey-failed = The passkey could not be used. Try again, or use a code.
passkey-busy = Too many attempts from this network. Wait a few minutes.
passkey-known = This passkey is registered already. Use another one.
passkey-no-script = A passkey needs JavaScript. Without it you can use a code.
passkey-no-domain = Passkeys need the service to have a domain name (server.public_url); here only a code can be used.

## Enrolment

enrol-title = Enrolment at the desk
enrol-name = Name
enrol-role = Role
enrol-until = This address works once, until { $at }.
enrol-passkey = Your passkey
enrol-passkey-text = Your computer, your phone or your security key keeps it. There is no password to remember, and nobody else knows it.
enrol-passkey-button = Create my passkey
enrol-passkey-refused = That passkey could not be registered, or it took too long. Try again.
enrol-totp = I cannot use a passkey: authenticator app
enrol-totp-text = An app on your phone shows another code every 30 seconds.
enrol-totp-scan = Add an account in the app and scan:
enrol-totp-typed = No camera? Type this key:
enrol-totp-code = Type the code that the app shows:
enrol-totp-button = Finish enrolment
enrol-qr-label = QR code with the key for the authenticator app
enrol-code-wrong = That is not the code that the app shows now. Make sure that your phone’s time is automatic, and type the next one.
message-enrol-unknown-title = This enrolment address does not work
message-enrol-unknown-text = It may be incomplete, or a newer one took its place. Ask your administration for another.
message-enrol-expired-title = This enrolment address has ended
message-enrol-expired-text = For safety it works for a short time. Ask your administration for another.
message-enrol-used-title = This enrolment address was used
message-enrol-used-text = If it was you, sign in at /ventanilla. If it was not you, tell your administration at once.

## A touch for a decision

touch-legend = Confirm that it is you
touch-passkey = When you press the button you are asked for your passkey.
touch-code-instead = Or type a code of your app
touch-no-script = Your passkey needs JavaScript.
touch-demonstration = In the demonstration your code is { $code }.
touch-absent = Your passkey or a code is missing. Press the button again, or type the code that your app shows.
touch-refused = That passkey or code is not good for this decision, or it was used. Try again.

## Officers

desk-staff = Officers
desk-staff-text = Enrol, enrol again, and take access away.
desk-staff-title = Officers
desk-staff-member-title = Officer
staff-lead = Each enrolment takes two admins: one asks, another confirms.
staff-waiting = { $count ->
    [one] One enrolment waits for confirmation
   *[other] { $count } enrolments wait for confirmation
}
staff-name = Name
staff-role = Role
staff-role-state = Role and access
staff-state = Access
staff-since = Since
staff-state-disabled = No access
staff-state-waiting = Not enrolled yet
staff-state-totp = Authenticator app
staff-state-passkey = Passkey
staff-add = Ask for somebody’s enrolment
staff-add-text = Another admin confirms it and hands the enrolment address over in person.
staff-add-button = Ask for enrolment
role-desk-text = Attends those who come, and approves what a colleague asks for.
role-supervisor-text = The same, and decides what was stopped, and sees the queue.
role-auditor-text = Reads everything, changes nothing.
role-admin-text = Enrols officers and takes access away; sees no cases.
staff-error-name = Write the name, with at most 80 characters.
staff-error-email = Write an e-mail address like name@institution.example.
staff-error-role = Choose the role.
staff-own = This is your own access. Only other admins can change it.
staff-asked = Enrolment asked for
staff-asked-by = { $name } asked for it.
staff-asked-at = Date: { $at }.
staff-asked-own = Another admin has to confirm it.
staff-confirm-text = If you confirm, what this officer signed in with stops working, and you get the enrolment address to hand over in person.
staff-confirm-button = Confirm the enrolment
staff-withdraw-button = Withdraw the request
staff-again = Enrol again
staff-again-text = For somebody who lost their passkey or their phone. Nothing changes until another admin confirms.
staff-again-button = Ask for a new enrolment
staff-disable = Take access away
staff-disable-text = Their sessions end and their passkeys stop working. What they did stays in the log.
staff-disable-button = Take access away
staff-address-title = Enrolment address
staff-address-for = Hand it over in person to { $name }.
staff-address-life = It works once, for { $life }.
staff-address-once = It is shown only now and kept nowhere. If it is lost, ask for another enrolment.
staff-refused-email-taken = There is an officer with that e-mail address already.
staff-refused-inactive = That officer has no access any more.
staff-refused-last-admin = That is the last admin with access. Enrol another one first.
staff-refused-own-account = Nobody changes their own access; other admins do.
staff-refused-same-admin = Whoever asks for an enrolment cannot confirm it. Another admin does.
staff-refused-already-asked = That enrolment was asked for already and waits for confirmation.
staff-refused-not-waiting = That request no longer waits: it was confirmed or withdrawn.

## One's own access

desk-own = My access
desk-own-text = Your passkeys and your authenticator app.
desk-own-title = My access
own-lead = With a second passkey on another device you are not locked out when you lose the first.
own-since = Registered on { $at }.
own-used = Last used on { $at }.
own-give-up = Stop using it
own-add = Add another
own-add-text = Confirm with what you have; then register the new one, on this device or another, within ten minutes.
own-add-button = Add another passkey
own-added = Done: what you registered now signs you in.
own-sessions = Other open sessions
own-sessions-none = No other session is open in your name.
own-session = Since { $since }, last used on { $seen }.
own-sessions-close = Close them
own-refused-last = It is all that you can sign in with. Add another passkey first.
