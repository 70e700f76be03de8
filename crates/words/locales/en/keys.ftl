## Key ring

help-keys = Look after the key ring
help-keys-list = List the keys: when each was made, and what lies under it
help-keys-rotate = Add a key to the ring; what was issued under the old one works until it ends
help-keys-reseal = Seal anew, under the active key, what is sealed under another one, while the service runs
help-keys-reseal--dry-run = Say how much that would be, and change nothing
help-keys-retire = Take a key out of the ring under which nothing is left
help-keys-retire--key = The key, by its name: k1
help-keys-retire--yes = Confirm: the key does not come back, and backups of before need the ring of before

keys-rotated = key { $id } added to { $path }
keys-restart = Restart the service, on every node, so that it issues under the new key. What was issued under the old ones works until it ends. Then: clavero keys reseal.
keys-columns = key, made, sealed values, recoveries under way, cases under way, employers' keys, state
keys-state-active = active
keys-state-old = earlier
keys-state-retired = retired; what checks employers' keys is left
keys-progress = { $done } of { $all } values looked at
keys-resealed = sealed anew under the key { $id }: { $resealed }, of { $found } that were under another one or in another form
keys-to-reseal = under another key than { $id } or in another form: { $found }. Nothing was changed
keys-retired = key { $id } taken out of { $path }
keys-pepper = employers' keys stored under { $id }: { $count }. The key leaves the ring, and what checks them stays until each is used or changed
keys-retired-next = Copy the ring to the other nodes and to its safe place, and make a backup: those of before do not open with this ring. Destroy the copies of the ring that hold { $id } once no backup needs them.

failed-keys-restart = the service still works with the key { $before }: restart it, on every node, so that it reads { $id }; then run this again
failed-keys-reseal = the database { $path } failed: { $why }. What was sealed anew stays; run this again when it is mended
failed-keys-unopened = open with no key of this ring: { $count }. They stand as they were. They are of another ring, or somebody changed them: does the ring lack a key?
failed-keys-retire-yes = the key { $id } does not come back: what it alone opens, in backups too, can no longer be opened. Confirm with --yes
failed-keys-unknown = there is no key { $id } in { $path }
failed-keys-active = { $id } is the active key; first: clavero keys rotate, restart, clavero keys reseal
failed-keys-in-use = under the key { $id } are sealed values: { $sealed }, recoveries under way: { $recoveries }, cases under way: { $cases }, employers' keys: { $credentials }. The values: clavero keys reseal. What is under way ends by itself. Employers' keys hold only a key that is retired already

doctor-keys-old = the active key { $id } is of { $made }; it is changed once a year: clavero keys rotate
doctor-keys-undated = the ring does not say when its active key { $id } was made; it is changed once a year: clavero keys rotate
doctor-keys-earlier = the ring still has earlier keys ({ $ids }); once the service works with the active one: clavero keys reseal, and clavero keys retire
