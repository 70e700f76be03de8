# The assisted path as the employer sees it: opening a case, following it, taking it to the centre.

failed-press = the threads that set papers cannot be started: { $why }

## The door

assisted-crumb = Employer key
assisted-who-representative = Employers whose legal representative has changed and is not on record yet.
assisted-step-open = Open your case here, fill in your details and download the packet as one PDF.
case-open = Open a case
case-open-text = Type the data as they are registered. The case stays open for { $days } days and does not change your present key.
case-open-button = Open case
case-open-flow = Open my case
case-flow-text = We have your data already: you need not type them again.
case-flow-open = You have opened a case already:
case-flow-continue = Go on with my case
case-find = I have a reference
case-find-button = See my case
case-reference-label = Reference of the case
case-reference-hint = Sixteen letters and numbers in groups of four. It is on your packet and in the case's e-mails.
case-reference-empty = Type the reference of your case.
case-reference-length = Check the reference: it has { $found } letters and numbers and should have 16.
case-reference-symbols = Check the reference: it has letters and numbers only, in groups of four.
case-reference-slip = The reference has a slip in it: some letter or number is wrong. Copy it again from your packet.
case-unknown = We find no case with that reference. Check that it is the one on your packet, or open a new case.
case-too-many-open = This employer has three open cases already. Go on with one by its reference. If none is yours, come in person: the desk opens another one for you.
case-mismatch-representative = The identity number has to be that of the legal representative on record, even after a change. The new one is named later, within the case.
case-mismatch-else = If everything is typed right, the record has to be corrected first: go to a service centre with the RUC and your identity document.
case-have-slip = I have a one-time code that was handed to me at the centre
case-bring-third = If somebody else comes, also:
case-bring-change = If the legal representative changes, also:
case-centre-phone = Telephone: { $phone }
message-case-damaged-title = We cannot show that case
message-case-damaged-text = What is stored of it is not what was written, and whoever runs the service has been told. Open another case, or go to the service centre with your documents: they can open one with you.
message-case-other-browser-title = That recovery was started in another browser
message-case-other-browser-text = Open it in the browser where you started it, or open the case with your data under “Employer key at a service centre”.
message-papers-absent-title = This installation prepares no documents
message-papers-absent-text = Your case is saved. Go to the centre with the reference: they have the forms there.
message-no-paper-title = We could not prepare the document
message-no-paper-text = Your case is saved. Try again later; you can also go to the centre with the reference alone.

## A case

case-title = Your employer key case
case-until = Open until { $until } (Ecuador time).
case-state-opened = Your details are missing
case-what-opened = We have opened your case.
case-next-opened = Fill in the details below. Then you can download the packet with everything that you have to bring.
case-state-ready = Ready for the centre
case-what-ready = We have your details.
case-next-ready = Download the packet, gather the documents and go to the centre that you chose. You need no appointment.
case-next-ready-slip = Download the packet, gather the documents and go to the centre that you chose. As you gave no e-mail, you will get an envelope with a one-time code there.
case-state-at-desk = You are being attended to
case-what-at-desk = An officer at the centre is checking your documents.
case-next-at-desk = If your e-mail has to be confirmed, type the code here, or tell it yourself to the officer.
case-state-awaiting-approval = Under review
case-what-awaiting-approval = Your documents were checked at the centre.
case-next-awaiting-approval = A second person of the institution looks at it. You need do nothing; this page renews itself.
case-state-approved = Approved
case-what-approved = Your case was approved.
case-next-approved = Ask for the key at the centre: you choose it yourself while you are there. Nobody else will see it.
case-next-approved-later = The key can be handed over from { $from } (Ecuador time). Go to the centre then, with your identity document.
case-state-activated = You can choose your key
case-what-activated = The centre has opened the way for you to choose your key.
case-next-queued = We are handing the link to your mail server. Wait a moment at the centre.
case-next-link = We sent a link for choosing the key to your e-mail. Open it before { $end }.
case-next-ended = The link has ended. Ask the officer to send it again; you need not repeat the case.
case-next-refused = The mail server refused your address. Tell the officer: it can be changed.
case-next-slip = Use the code of the envelope that you were given before { $until } (Ecuador time).
case-state-closed = Finished
case-what-closed = You chose your key, and it works.
case-next-closed = Sign in with it whenever you like. If it was not you, tell the institution right now.
case-state-returned = Something has to be corrected
case-what-returned = The review found something that has to be corrected.
case-next-returned = The officer at the centre will tell you what to correct. Check the details on this page too.
case-state-rejected = Ended without a key
case-what-rejected = The institution could not approve this case. Your key has not changed.
case-next-rejected = Ask for the reason at the centre, with your reference. You can open another case once you have what was missing.
case-state-frozen = Stopped
case-what-frozen = Somebody reading the employer's e-mail on record asked to stop this case. The key has not changed.
case-next-frozen = A supervisor reviews it and decides. Go to the centre with your identity document, or contact the institution.
case-state-expired = The time is over
case-what-expired = This case is no longer open: its time has passed, or another case of the same employer was finished first.
case-next-expired = If you still need the key, open another one. The documents that you gathered still serve.
case-open-another = Open another case
case-use-slip = Use the envelope's code

case-tell = Your details
case-mailbox = Confirm your e-mail
case-mailbox-text = We will send a code to { $email } to see that you read it. The link for choosing the key goes to that e-mail.
case-mailbox-button = Send me a code
case-mailbox-later = I cannot read it now
case-mailbox-later-text = You can go on without: you confirm it later or at the centre.
case-code-left = { $left ->
    [one] You can try once.
   *[other] You can try { $left } times.
}
case-code-exhausted = This code can no longer be used because it was typed wrong too often. Ask for another with one click.
case-code-ended = This code has ended: it was valid for { $code_ttl }. Ask for another with one click.
case-codes-spent = This case has asked for all the codes that it may. Confirm the e-mail at the centre.
case-packet = Your packet
case-packet-text = One PDF with the request, the agreement, the list of what to bring and the code that the centre scans. You can download it again whenever you like.
case-packet-button = Download packet (PDF)
case-bring-more = Once you have filled in your details, the list says exactly what is yours to bring.
case-found-seen = seen
case-found-not-needed = not needed
case-found-missing = was missing
case-card = To show at the centre
case-card-text = Show the code or read out the reference. You need no appointment.
case-qr = QR code with the address of this case
case-about = This case
case-about-reference = Reference
case-about-reason = Why it is done in person
case-happened = What has happened
case-keep = Keep the reference: it brings you back to this page from any device. Whoever has it can see this case, but cannot sign in with it.
case-told-opened = The case was opened.
case-told-details = You gave or changed your details.
case-told-email = The e-mail was confirmed.
case-told-taken = An officer began to attend to you.
case-told-asked = The centre asked for approval.
case-told-approved = The case was approved.
case-told-returned = It was sent back for a correction.
case-told-rejected = It ended without a key.
case-told-handed-over = The way to choosing the key was opened.
case-told-slip = The envelope's code was used.
case-told-closed = The key was chosen.
case-told-frozen = It was stopped from the e-mail on record.
case-told-unfrozen = A supervisor let it go on.
case-told-superseded = Another case of the same employer was finished first.

## The details

case-details-title = Details of your case
case-details-lead = We fill in your request with these details. You can change them until you are attended to.
case-details-button = Save details
case-details-back = Go back without saving
case-change-details = Change my details
case-applicant-label = Who comes to the centre
case-applicant-hint = Everyone brings their original identity document.
case-applicant-in-person = The employer or legal representative
case-applicant-third-party = Somebody else, with a power of attorney
case-third-party = If somebody else comes
case-third-party-id-label = Their identity number or code for foreigners
case-third-party-name-label = Their full name
case-phone-label = Contact telephone
case-address-label = Contact address
case-email-label = E-mail
case-email-hint = An e-mail of yours that works: the link for choosing the key goes there. If you have none, leave it empty; you will get a printed code at the centre.
case-email-verified = confirmed
case-email-unverified = Given, not confirmed
case-email-none = None: you will get a printed code
case-centre-label = Service centre
case-centre-hint = The one that suits you best. You can change it later.
case-centre-choose = Choose a centre
case-change = The legal representative changes
case-change-text = Only if the new representative is not on record yet. Their appointment has to be brought.
case-change-label = Legal representative
case-change-yes = Changes with this case
case-new-representative-id-label = Identity number or code for foreigners of the new representative
case-new-representative-name-label = Full name of the new representative
case-field-applicant = who comes to the centre
case-field-phone = the telephone
case-field-address = the address
case-field-email = the e-mail
case-field-centre = the centre
case-field-new-representative-id = the new representative's number or code
case-field-new-representative-name = the new representative's name
case-field-third-party-id = the number or code of whoever comes
case-field-third-party-name = the name of whoever comes
case-error-applicant = Choose who comes to the centre.
case-error-centre = Choose a service centre.
case-error-too-long = Check { $field }: it has { $found } characters, and { $expected } fit.
case-not-changed = We did not save the change: the centre has your case in hand, or it was changed in another window. Tell the officer.

## Stopping

case-stop-title = You did not ask for this?
case-stop-text = Somebody at a service centre asks for this employer's key, for another e-mail. If you do not know of it, stop it. This is what will happen:
case-stop-freezes = The case stops at once.
case-stop-supervisor = A supervisor reviews it before it can go on.
case-stop-key = Your present key does not change.
case-stop-button = Stop the case
case-stop-late = This case is over, or a supervisor has reviewed it already. If you do not know of it, say so now: they will see it at once.
case-stop-tell = Say that I do not know of it
case-stop-was-you = If you asked for it or know of it, close this page: nothing has changed.
case-stopped-title = The case is stopped
case-stopped-text = Nobody can go on with it until a supervisor has reviewed it. Your key has not changed.
case-stopped-next = The institution may contact you. Check also who else can read your e-mail.
case-told-title = Your notice was received
case-told-text = A supervisor will see it.
case-told-next = If you think that somebody else has your key, recover it now: all sessions will be closed.
message-stop-unknown-title = This link does not work
message-stop-unknown-text = The address is not whole or is not ours. Open it again from the e-mail, copying all of it.

## One-time code

slip-page-title = Use the code of your envelope
slip-page-lead = Type the employer's data and the printed code that you were given at the centre. Then you choose your key.
slip-page-label = One-time code
slip-page-hint = Sixteen letters and numbers in groups of four, inside the envelope.
slip-page-button = Continue
slip-page-once = It serves once, until the date on the envelope.
slip-page-opened = If you got the envelope opened, do not use it: give it back at the centre and ask for another.
slip-page-reference-empty = Type the code of your envelope.
slip-page-reference-length = Check the code: it has { $found } letters and numbers and should have 16.
slip-page-reference-symbols = Check the code: it has letters and numbers only, in groups of four.
slip-page-reference-slip = The code has a slip in it: some letter or number is wrong. Copy it again from the envelope.
slip-page-invalid = We could not open the way with those data. Check the identifiers and the code; if it was used or has ended, ask for another at the centre.

## Help

help-case = I want to see how my case at the centre is going
help-case-why = Each case has a reference of sixteen letters and numbers, printed on the packet.
help-case-next = Type it under “Employer key at a service centre”, in “I have a reference”.
assisted-forms = Download the blank forms (PDF)
assisted-forms-text = Request, agreement of responsible use and the list of what to bring, to fill in by hand. You need neither a case nor a place in the registry.
assisted-forms-kind = Download the forms of this kind (PDF)
