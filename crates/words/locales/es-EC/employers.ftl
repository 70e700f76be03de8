## Empleadores: lo que se guarda de uno, y su fin

help-employer = Responde por los datos de un empleador, o los quita
help-employer-show = Muestra en JSON todo lo que se guarda de un empleador, para quien pide acceso a sus datos
help-employer-show--ruc = Su RUC; en servicio doméstico, la cédula y 000
help-employer-show--sucursal = Su sucursal, por ejemplo 0001
help-employer-remove = Quita empleadores, con su clave y sus sesiones
help-employer-remove--file = La lista, con el encabezado ruc,sucursal, como la escribe «clavero import employers --gone»; - para la entrada estándar
help-employer-remove--yes = Confirma: los quita. Sin ella dice cuántos serían y no cambia nada

employer-progress = { $done } de { $all } empleadores
employer-stays = { $ruc },{ $sucursal }: se queda; tiene un caso abierto en ventanilla, que antes debe entregarse, rechazarse o vencer
employer-to-remove = Se quitarían: { $gone }. Se quedan: { $staying }. No están en el registro: { $unknown }. No se cambió nada; para quitarlos, repita con --yes
employer-removed = Quitados: { $gone }. Se quedan: { $staying }. No estaban en el registro: { $unknown }. Las copias de seguridad anteriores todavía los tienen

failed-employer-option = --{ $option }: { $reason }
failed-employer-unknown = no se guarda nada del RUC { $ruc }, sucursal { $sucursal }
failed-employer-list = filas con error en { $path }: { $bad }. No se quitó a nadie; corríjalas y repita
