# What the papers of the assisted path say: request and agreement, one-time slip, day sheet.

## On all of them

paper-page = Page { $page } of { $pages }
paper-reference = Reference
paper-made-at = Issued on { $made_at }
paper-demo = DEMONSTRATION · NOT VALID
paper-demo-text = This is a demonstration: institution and employer are made up and this document is not valid.
paper-unshown = The sign ◊ stands for a character that this document cannot show. The register keeps the whole text.

## Request

packet-title = Request for the employer’s key to the portal
packet-addressed-to = To { $institution }:
packet-petition-self = I, { $person }, holder of cédula or foreigner code { $person_id }, as employer or legal representative, ask to be given the employer’s key (clave patronal) to the employers’ portal for the employer named below.
packet-petition-third = I, { $person }, holder of cédula or foreigner code { $person_id }, on behalf of the employer or its legal representative and under the power of attorney that I present, ask that the employer’s key (clave patronal) to the employers’ portal be given for the employer named below.
packet-employer = Employer
packet-ruc = RUC
packet-sucursal = Branch (sucursal)
packet-name = Registered name
packet-kind = Kind of employer
packet-representative = Legal representative
packet-representative-former = Legal representative on record
packet-new-representative = New legal representative
packet-person-id = Cédula or code
packet-person-name = Full name
packet-applicant = Person who presents the request
packet-contact = Contact details
packet-email = E-mail
packet-email-none = Has no e-mail
packet-phone = Telephone
packet-address = Address
packet-reason = Reason for the request
packet-declaration = I declare that the data in this request are true and that I know the liability that the law sets for false statements.
packet-place-and-date = Place and date
packet-signature = Signature of the person who presents it
packet-received = Received by the institution
packet-received-hint = Name, signature and date
packet-qr-alt = QR code with the address of this case: { $case_url }
packet-scan = For use at the desk
packet-valid-until = Present it by { $valid_until }

## Agreement

packet-agreement = Agreement on the use of information and responsibility
packet-agreement-intro = { $person }, holder of cédula or foreigner code { $person_id }, for the employer { $employer }, RUC { $ruc }, branch { $sucursal }, accepts the following conditions before { $institution }:
packet-clause-personal = Personal key.
packet-clause-personal-text = The key is personal and may not be passed on. Only the person who uses it chooses it and knows it: no official of the institution sees it, asks for it or types it for somebody else.
packet-clause-liability = Liability.
packet-clause-liability-text = Whatever is done on the portal with the key counts as done by the employer, who answers for the truth of the data entered and for the obligations that follow from them.
packet-clause-custody = Custody.
packet-clause-custody-text = The employer keeps the key secret, chooses one that is used for no other service, and changes it at once on suspecting that somebody else knows it.
packet-clause-notice = Notification.
packet-clause-notice-text = The employer tells the institution without delay of loss or misuse of the key, of a change of legal representative and of a change of the registered e-mail.
packet-clause-mail = E-mail.
packet-clause-mail-text = The employer names { $email } to receive the notices and links of this service, and undertakes to keep that mailbox in use and under their control.
packet-clause-slip = One-time slip.
packet-clause-slip-text = The employer has no e-mail and receives a one-time code in a sealed slip, with which to choose the key on the portal. The employer undertakes to register an e-mail as soon as there is one.
packet-clause-use = Use of information.
packet-clause-use-text = The information that the key gives access to, that of workers included, is used only to meet the employer’s obligations to social security. It is not copied or given to others for any other purpose.
packet-clause-privacy = Protection of personal data.
packet-clause-privacy-text = The institution processes the data of this request under the Organic Law on the Protection of Personal Data (Ley Orgánica de Protección de Datos Personales, LOPDP), only to attend to it and to keep a record of it, and only for as long as the law requires. The rights of access, rectification and updating, erasure, objection, portability and suspension of processing are exercised before the institution.
packet-clause-term = Term.
packet-clause-term-text = This agreement holds from its signature and for as long as the key is active. The institution may block the key on signs of misuse; the employer may ask for another by the means that the institution offers.
packet-legal-basis = Legal basis
packet-language = This document is also issued in Spanish, and the Spanish text prevails.

## What to bring

packet-bring = What to bring to the service centre
packet-bring-intro = Tick each box as you prepare your visit. The procedure is free of charge and needs the original documents.
packet-where = Where to present it
packet-centre = Centre
packet-city = City
packet-hours = Opening hours
packet-until = Time limit
packet-until-text = Until { $valid_until }. After that you can start another request.
packet-follow = Follow your case
packet-follow-text = Scan the code with your telephone, or open this address:
packet-keep = Keep this sheet: the reference serves to look up the case, not to sign in to the portal.
packet-never = Nobody will ask you for your key
packet-never-text = Not by telephone, not in a message, not at the service centre. You choose it on the portal, and nobody else should know it.
packet-help = If you need help

## One-time slip

slip-title = One-time code
slip-outside = Sealed document. To be opened by its recipient only.
slip-recipient = To be handed to
slip-employer = Employer
slip-employer-numbers = RUC { $ruc }, branch { $sucursal }
slip-centre = Handed over at
slip-made = Issued
slip-until = Valid until
slip-inside = Your one-time code
slip-inside-text = It serves once, until { $valid_until }, to choose the key of the employer with RUC { $ruc }, branch { $sucursal }.
slip-typing = Type it in capitals or small letters, with the dashes or without.
slip-use = How to use it
slip-use-open = On your own computer or telephone, open { $portal_url }
slip-use-identify = Type your cédula or foreigner code, the RUC { $ruc } and the branch { $sucursal }.
slip-use-code = Type the one-time code that is in this slip.
slip-use-choose = Choose your key and keep it. Nobody else should know it.
slip-warning = If this slip was open when you got it, do not use it
slip-warning-text = Return it at the centre and ask for another. Nobody will ask you for this code by telephone, in a message or in person.
slip-fold-back = Fold backwards along this line
slip-fold-front = Fold forwards along this line and close with a seal

## Day sheet

day-title = Day sheet
day-where = { $centre }, { $date }
day-totals = Summary
day-cases = Acts of the day
day-time = Time
day-reference = Reference
day-employer = Employer
day-act = Act
day-officer = Officer
day-second = Second officer
day-remark = Remark
day-none = There were no acts on this day.
day-checkpoint = Seal of the audit log
day-checkpoint-size = Entries
day-checkpoint-root = Root
day-supervisor = Signature of the supervisor
day-supervisor-hint = Name and date

## Blank forms

forms-how = Fill it in by hand, in clear letters, and sign it. Do not write any key here.
forms-online = If you can, open your case online: it gives you these forms filled in, and a reference.
forms-qr-alt = QR code with the address where a case is opened: { $page_url }
forms-if-change = Only if the legal representative changes.
forms-if-third = Only if somebody else comes with a power of attorney.
forms-reason-first = It is the first key of this employer.
forms-reason-ruc = The RUC is suspended or closed.
forms-reason-mail = There is no valid e-mail on record.
forms-reason-access = I have no access to the mailbox on record.
forms-reason-change = The employer or its representative is not in the registry, or has changed.
forms-bring-third = If somebody else comes
forms-bring-change = If the legal representative changes
