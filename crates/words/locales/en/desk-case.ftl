# The desk: cases, what is done with them, and what is seen from above.

desk-cases = Cases
desk-cases-text = Open a case by its reference, the queue, and what waits for approval.
desk-oversight = Oversight
desk-oversight-text = What was stopped, the figures, who approves whom, and the day’s sheet.
desk-oversight-title = Oversight
desk-case-title = A case whose data do not match
message-desk-no-case-title = There is no case with that reference
message-desk-no-case-text = Check the reference on the paper, or ask the person to open it on their phone. Go back to the desk and type it again.
message-desk-slip-failed-title = The envelope could not be printed
message-desk-slip-failed-text = Its code is lost and good for nothing. Go back to the case and start the hand-over again.

## Finding

desk-reference = Reference
desk-reference-hint = The 16 symbols on the paper, or scan the QR code.
desk-open = Open
desk-scan = Use the camera
desk-scan-stop = Close the camera
desk-scan-refused = The camera could not be used. Type the reference.
desk-scan-picture = Picture of the camera
desk-reference-empty = Type the reference of the case.
desk-reference-length = A reference has 16 symbols; you typed { $found }.
desk-reference-symbols = A reference has letters and digits only, and no U. Check what you typed.
desk-reference-slip = That reference has a slip: some symbol is not the one on the paper. Compare and correct it.
desk-reference-unknown = There is no case with that reference. It is well formed: make sure with the person that it is of this service.

## Queue

desk-mine = In my hands
desk-mine-none = You have no case in hand.
desk-to-approve = Waiting for approval
desk-to-approve-none = Nothing waits for your approval.
desk-frozen-waiting = Stopped: you decide
desk-disputed-late = Objected when that stopped them no more
desk-disputed-late-text = The former mailbox said “stop it” when the case was over, or after a supervisor had let it go on. Nothing was stopped by that: talk to the employer and, where needed, freeze the key. Shown for a month.
desk-frozen-none = No case is stopped.
desk-queue = Queue
desk-queue-states = State
desk-queue-none = There are no such cases.
desk-queue-next = More cases
desk-queue-first = From the beginning
desk-filter = Filter
desk-centre = Centre
desk-centre-all = All centres
desk-employer = Employer
desk-state = State
desk-opened = Opened
desk-reason = Reason
desk-who = Who
desk-no-match = Data that do not match
desk-disputed-short = Objected
desk-age-minutes = { $count } min ago
desk-age-hours = { $count } h ago
desk-age-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
desk-span-minutes = { $count } min
desk-span-hours = { $count } h
desk-span-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}

desk-state-all = Open
desk-state-opened = No details
desk-state-ready = Ready
desk-state-at-desk = At the desk
desk-state-awaiting-approval = To approve
desk-state-approved = Approved
desk-state-activated = Handing over
desk-state-closed = Handed over
desk-state-returned = Returned
desk-state-rejected = Rejected
desk-state-frozen = Stopped
desk-state-expired = Expired

desk-reason-first-time = First key
desk-reason-ruc-suspended = RUC suspended
desk-reason-ruc-closed = RUC closed
desk-reason-no-valid-email = No valid e-mail
desk-reason-mail-rejected = E-mail rejected
desk-reason-no-mail-access = No access to e-mail

## The case

desk-file = Data of the case
desk-registry = Registry
desk-asked = What is asked for
desk-asked-nothing = The person has given no details yet. Ask for them and type them yourself.
desk-fact-ruc = RUC and sucursal
desk-fact-kind = Kind
desk-fact-representative = Legal representative
desk-fact-representative-typed = Cédula or code that was typed
desk-fact-email = E-mail on record
desk-fact-email-none = None
desk-fact-tax = Tax authority
desk-fact-key = Key
desk-fact-applicant = Who comes
desk-fact-new-representative = New legal representative
desk-fact-new-email = E-mail for the hand-over
desk-fact-phone = Telephone
desk-fact-address = Address
desk-fact-centre = Centre
desk-tax-active = Active
desk-tax-suspended = Suspended
desk-tax-closed = Closed
desk-tax-other = A state that needs a look
desk-tax-unknown = Not known there
desk-tax-since = { $state }, since { $date }
desk-tax-imported = { $state } (register imported on { $at }, { $age } ago)
desk-tax-answered = { $state } (answered on { $at }, { $age } ago)
desk-tax-undated = { $state } (imported register, no date)
desk-key-since = Changed on { $at }
desk-key-has = Has one
desk-key-none = Has none yet
desk-applicant-in-person = The employer or their legal representative
desk-applicant-third-party = Somebody else, with a power
desk-applicant-third = Somebody else, with a power: { $who }
desk-email-verified = { $email } (proven on { $at })
desk-email-unverified = { $email } (not proven)
desk-email-none = Has none: handed over with an envelope

desk-note-damaged = What is stored of this case is not what was written into it: it is neither shown nor decided on. Somebody may have changed the database. Tell a supervisor and whoever runs the service; open another case with the person.
desk-note-no-match = The data that opened this case do not match the registry. It cannot be approved: go through the person’s documents with them and open another case with the right data.
desk-note-disputed = The e-mail on record asked to stop this case on { $at }.
desk-note-key-frozen = The owner said “that was not me”: their key is blocked. Take special care with the identification.
desk-note-key-changed = The key was changed on { $at }, after this case was opened. Ask whether it is still needed.
desk-note-reason = Reason of the latest decision: { $reason }
desk-note-link-refused = The mail server refused the address: the link did not arrive. Return the case, to correct the e-mail with the person.

desk-take-title = This case is free
desk-take-text = Take it when the person is in front of you.
desk-take-button = Take the case
desk-held-title = Somebody else has it
desk-held-by = { $name } has it; their latest step was at { $since }. Anybody who needs it can take it from { $at }.
desk-take-over-text = If you take it, that is recorded, and whoever had it cannot go on.
desk-take-over-button = Take it all the same
desk-wait-title = It waits for somebody else’s approval
desk-wait-text = Who asks does not approve: another officer decides.
desk-asked-by = { $name } asked for it on { $at }.
desk-approved-by = { $name } approved it on { $at }.

desk-history = History
desk-history-at = When
desk-history-act = What
desk-history-refused = Not allowed:
desk-nobody = —
desk-earlier = Other cases of this employer
desk-earlier-none = There are no others.

## In hand

desk-documents = 1. Documents
desk-documents-save = Save the list
desk-remark = Remark
desk-remark-of = Remark on: { $document }
desk-finding-original-seen = Original seen
desk-finding-copy-kept = Copy kept
desk-finding-not-needed = Not needed
desk-finding-missing = Missing
desk-finding-none = Not checked
desk-need-third-party = (only if somebody else comes)
desk-need-representative-change = (only if the representative changes)
desk-line-stored = Somebody else saved here: { $found }. Yours is not saved yet.
desk-person = 2. Person
desk-person-seen = Who was seen
desk-person-none = Nobody was identified yet.
desk-person-expected = By the data, this person should come: { $who }.
desk-person-another = The number is not that of who should come: { $who }.
desk-person-save = Save the identification
desk-label-person-name = Name, as the document has it
desk-label-person-number = Number of the document
desk-how = How they were identified
desk-how-cedula = Original cédula
desk-how-passport = Passport
desk-how-foreigner-document = Foreigner’s document
desk-how-biometrics = Fingerprint or face
desk-ground = Ground
desk-label-ground = Why it goes on with the RUC suspended or closed
desk-ground-hint = The rule or the reason. Who approves reads it.
desk-ground-save = Save the ground
desk-email-title = 3. E-mail for the hand-over
desk-email-slip = They gave no e-mail: it is handed over with a printed envelope.
desk-email-proven = The person has shown that they read this e-mail.
desk-email-unproven = It is not proven yet that the person reads this e-mail. Send them a code; they tell it to you.
desk-code-waits = Handing the code to their mail server…
desk-code-sent = Code handed to their mail server at { $at }.
desk-code-told = Code that the person tells
desk-code-send = Send the code
desk-details = Correct the details or the e-mail
desk-details-text = With the person present. Another e-mail has to be proven again.
desk-details-save = Save the details
desk-label-applicant = Who comes
desk-label-email = E-mail (empty if there is none)
desk-label-phone = Telephone
desk-label-address = Address
desk-label-centre = Centre
desk-label-third-party-id = Cédula or code of the other person
desk-label-third-party-name = Name of the other person
desk-label-new-representative-id = Cédula or code of the new representative (empty if unchanged)
desk-label-new-representative-name = Name of the new representative
desk-ask = 4. Ask for approval
desk-ask-missing = Missing:
desk-ask-text = Another officer sees exactly this and decides.
desk-ask-button = Ask for approval
desk-release-button = Release the case: it goes back to the queue

## What changes

desk-changes = What changes exactly
desk-change-from = Now
desk-change-to = After
desk-change-email = E-mail on record
desk-change-representative = Legal representative
desk-change-key = Key
desk-change-nothing = None
desk-change-done = Already changed
desk-change-key-old = The one they have
desk-change-key-mail = The person chooses it with a link sent to { $email }
desk-change-key-slip = The person chooses it with the code of a printed envelope
desk-evidence = What it rests on
desk-document = Document
desk-found = What was found

## Deciding

desk-decide-title = You decide
desk-decide-text = Check what changes and what it rests on.
desk-decision = Decision
desk-approve-text = By approving you answer for the above being right.
desk-approve-button = Approve
desk-return = Return for correction
desk-label-return = What has to be corrected
desk-return-button = Return
desk-reject = Reject the case
desk-reject-supervisor = Reject the case (supervisor)
desk-label-reject = Why it cannot go on
desk-reject-hint = The case ends. The person would have to open another.
desk-reject-button = Reject
desk-cooling-off = For safety, the hand-over can start from { $at }.

## Handing over

desk-hand-over-title = Hand-over
desk-hand-over-text = With the person present and their e-mail open: they get a link and choose their key. You do not see it.
desk-hand-over-button = Send the link
desk-hand-over-again = Send another link
desk-link-waits = Handing the link to their mail server…
desk-link-told = This page tells when the person has saved their key.
desk-link-ended = The link ended unused. You can send another.
desk-slip-text = There is no e-mail: an envelope with a one-time code is printed. It is shown once in this window and not saved on this computer: print it, go back, fold it and hand it over unread.
desk-slip-button = Print the envelope
desk-slip-again = Void the former and print another
desk-slip-until = The envelope was printed and serves until { $at }.

## Stopped

desk-frozen-title = Stopped case
desk-frozen-wait = The e-mail on record stopped it. A supervisor who had no part in it decides.
desk-frozen-text = Whoever reads the e-mail on record does not know of this. Talk to the owner before you decide; it is recorded.
desk-label-unfreeze = Why it may go on
desk-unfreeze-button = Let it go on

## After each step

desk-done-tomado = The case is in your hands.
desk-done-soltado = The case is back in the queue.
desk-done-lista = List saved.
desk-done-persona = Identification saved.
desk-done-fundamento = Ground saved.
desk-done-datos = Details saved.
desk-done-codigo = Code sent. Ask the person to tell it to you.
desk-done-correo = E-mail proven.
desk-done-pedido = Approval asked for. Another officer decides.
desk-done-aprobado = Approved. It can be handed over.
desk-done-devuelto = Returned for correction.
desk-done-rechazado = Rejected.
desk-done-liberado = The case can go on.
desk-done-entrega = Hand-over started.

## Why not

desk-stale = Somebody else, or another window of yours, saved something in this case while you were typing. Nothing was saved: compare, and save again.
desk-wait = Too often in a row. Wait { $minutes } min.
desk-email-changes-spent = You are at the limit of e-mail changes of one officer. You can ask for another in { $minutes } min, or a colleague asks.
desk-refused-role-forbids = Your role does not have this step. It was recorded.
desk-refused-case-expired = The time of the case has passed. Another has to be opened.
desk-refused-case-closed = The case has ended already.
desk-refused-case-frozen = The case is stopped; a supervisor decides. It was recorded.
desk-refused-sibling-frozen = Another case of this employer is stopped; until a supervisor decides, none goes on. It was recorded.
desk-refused-wrong-state = The case is no longer at that step. See where it stands now.
desk-refused-held-by-another = Somebody else has it in hand.
desk-refused-own-request = Who asks does not decide their own request: another officer does. It was recorded.
desk-refused-own-case = Who asked or approved does not decide over the objection: another supervisor does. It was recorded.
desk-refused-data-mismatch = the data that opened it do not match the registry.
desk-refused-details-missing = the details of the person and the centre.
desk-refused-no-email = There is no e-mail to send the code to.
desk-refused-email-unverified = proving the e-mail with the person’s code.
desk-refused-already-verified = That e-mail is proven already.
desk-refused-not-identified = identifying the person.
desk-refused-documents-missing = checking the documents: a required one is not there.
desk-refused-appointment-missing = the appointment of the new legal representative.
desk-refused-power-missing = the power of who comes for the employer.
desk-refused-ground-missing = the ground for going on with the RUC suspended or closed.
desk-refused-no-such-document = That document is not on the list.
desk-refused-form-changed = What you saw is no longer what is stored. Look at it again before you decide.
desk-refused-registry-changed = The registry has changed since approval was asked for. Return the case, so that it is asked for again.
desk-refused-touch-for-another = That confirmation is of somebody else or of another decision. It was recorded.
desk-refused-touch-stale = The confirmation took too long. Try again.
desk-refused-cooling-off = The safety time has not passed yet.
desk-refused-wrong-route = It is no longer handed over that way. Look at the case again.
desk-refused-slip-expired = The envelope is good for nothing, or its time has passed.
desk-refused-no-code = There is no code to compare with. Send one.
desk-refused-code-expired = That code has ended. Send another.
desk-refused-code-exhausted = The tries of that code are used up. Send another.
desk-refused-codes-exhausted = This case has used all its codes. Another has to be opened.
desk-refused-too-soon = Wait a moment before you ask for another code.
desk-refused-stale-mail = That mail was of a code that no longer counts.
desk-refused-dead-mail = That mail would have arrived without useful time.
desk-refused-email-changes = Limit of e-mail changes of one officer.
desk-refused-limit = Too often in a row.

desk-field-applicant = who comes
desk-field-phone = the telephone
desk-field-address = the address
desk-field-email = the e-mail
desk-field-centre = the centre
desk-field-new-representative-id = the new representative’s cédula or code
desk-field-new-representative-name = the new representative’s name
desk-field-third-party-id = the other person’s cédula or code
desk-field-third-party-name = the other person’s name
desk-field-person-name = the person’s name
desk-field-person-number = the number of the document
desk-field-identified-by = how they were identified
desk-field-text = the text
desk-field-too-long = Check { $field }: it has { $found } characters, and { $expected } fit.

## What happened

desk-act-opened = Opened
desk-act-details-given = Details given
desk-act-code-requested = Code asked for
desk-act-code-mail-attempted = Mail of the code taken up
desk-act-code-mail-accepted = Code handed to the mail server
desk-act-code-mail-rejected = The mail server refused the code
desk-act-code-attempted = Code typed
desk-act-email-verified = E-mail proven
desk-act-taken = Taken at the desk
desk-act-taken-over = Taken over from somebody else
desk-act-released = Released
desk-act-document-checked = Documents checked
desk-act-identified = Person identified
desk-act-ground-given = Ground given
desk-act-approval-asked = Approval asked for
desk-act-approved = Approved
desk-act-returned = Returned
desk-act-rejected = Rejected
desk-act-handed-over = Hand-over started
desk-act-slip-used = Envelope used
desk-act-closed = The person saved their key
desk-act-frozen = Stopped by the e-mail on record
desk-act-disputed = Objected to by the e-mail on record
desk-act-unfrozen = A supervisor let it go on
desk-act-superseded = Another case was handed over before

## Oversight

desk-figures = Figures
desk-figures-span = Span
desk-chart-reasons = Cases opened, by reason
desk-chart-times = From opening to the key
desk-chart-half = Half of them within
desk-chart-most = Nine of ten within
desk-chart-asked = Requests for approval
desk-chart-straight = Not returned
desk-chart-returned = Returned
desk-chart-share = { $count } ({ $percent } %)
desk-chart-none = Nothing in this span.
desk-pairs = Who approves whom
desk-pairs-text = The most frequent pairs first.
desk-pairs-asked = Asked
desk-pairs-approved = Approved
desk-pairs-count = Times
desk-breaches = Tries that were not allowed
desk-breaches-text = Approving one’s own, acting without the role or upon a stopped case.
desk-breaches-count = Tries
desk-day = The day’s sheet
desk-day-text = All that officers did on a day, to be signed and filed.
desk-day-date = Day
desk-day-pdf = Sheet as PDF
desk-day-csv = Download CSV
desk-day-wrong = Type the day as 2026-11-21.
desk-day-cut = This paper holds the first { $shown } of the day’s { $count } acts; the CSV file holds them all.
desk-day-cut-more = This paper holds the first { $shown } acts; the day has more than { $count }, and the CSV file goes no further. The audit log holds them all.
desk-day-cut-file = The day has more acts: these are the first { $count }. The audit log holds them all.
desk-day-file = day-sheet
desk-day-done = Acts done
desk-day-refused = Tries that were not allowed
desk-day-column-time = When
desk-day-column-reference = Reference
desk-day-column-ruc = RUC
desk-day-column-sucursal = Sucursal
desk-day-column-employer = Company name
desk-day-column-act = What
desk-day-column-officer = Officer
desk-day-column-second = Asked by
desk-day-column-refusal = Not allowed

## Without a reference

desk-opening = The person comes without a reference: open a case here
desk-opening-title = Open a case at the desk
desk-opening-lead = For somebody who has not opened it online. It is in your hands then.
desk-opening-button = Open the case
desk-opening-mismatch = Those data do not match the registry. Compare them with the person’s documents; if the representative has changed, type the one on record and note the change in the case.
