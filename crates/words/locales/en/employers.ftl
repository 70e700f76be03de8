## Employers: what is held of one, and their end

help-employer = Answer for an employer's data, or remove them
help-employer-show = Print as JSON all that is held of an employer, for whoever asks for access to their data
help-employer-show--ruc = Their RUC; of a household, the cédula and 000
help-employer-show--sucursal = Their branch, 0001 for example
help-employer-remove = Remove employers, with their key and their sessions
help-employer-remove--file = The list, with the header ruc,sucursal, as «clavero import employers --gone» writes it; - for the standard input
help-employer-remove--yes = Confirm: remove them. Without it, say how many it would be and change nothing

employer-progress = { $done } of { $all } employers
employer-stays = { $ruc },{ $sucursal }: stays; has an open case at the desk, which has to be handed over, rejected or run out first
employer-to-remove = Would be removed: { $gone }. Stay: { $staying }. Not in the registry: { $unknown }. Nothing was changed; to remove them, run this again with --yes
employer-removed = Removed: { $gone }. Stay: { $staying }. Were not in the registry: { $unknown }. Earlier backups still have them

failed-employer-option = --{ $option }: { $reason }
failed-employer-unknown = nothing is held of RUC { $ruc }, sucursal { $sucursal }
failed-employer-list = bad rows in { $path }: { $bad }. Nobody was removed; mend them and run this again
