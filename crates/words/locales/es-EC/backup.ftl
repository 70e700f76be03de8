help-copy = Lleva toda la base de datos de un motor al otro, y de vuelta; continúa donde se interrumpió
help-copy--from = De dónde: sqlite:RUTA o postgres://…; nadie la usa mientras tanto
help-copy--to = A dónde: sqlite:RUTA o postgres://…; vacía, o con lo que dejó una copia interrumpida

copy-progress = { $done } de { $all } filas copiadas
copy-comparing = { $done } de { $all } filas comparadas
copy-resumed = { $rows } filas ya estaban allí, de una copia interrumpida
copy-done = { $rows } filas, iguales en ambos lados. Ponga database.url en { $to } con el mismo llavero, y guarde { $from } donde ningún servicio lo use.

failed-copy = no se pudo copiar { $from } a { $to }: { $why }
failed-copy-address = { $option } no es ni sqlite:RUTA ni postgres://…
failed-copy-in-use = { $from } o { $to } está en uso; detenga primero todos los servicios y órdenes de clavero
failed-copy-waiting = en { $from } esperan ser sellados { $count } asientos del registro de auditoría; inicie el servicio una vez, termínelo con SIGTERM y repita
failed-copy-not-empty = { $to } no está vacía, y no se toca
failed-copy-other = { $to } tiene parte de otra base de datos, o de esta como estaba antes; vacíela (borre el archivo, o haga otra base de datos) y repita
failed-copy-older = { $from } tiene el esquema { $found } y hace falta el { $known }; ejecute antes clavero migrate
failed-copy-schema = los dos lados no tienen lo mismo: { $what }
failed-copy-differs = la tabla { $table } no es igual en ambos lados, así que { $to } no se puede usar: vacíela y repita

restore-officers = { $count ->
    [0] Ningún funcionario dado de baja después de la copia había vuelto a tener acceso.
    [one] Un funcionario dado de baja después de la copia queda otra vez sin acceso.
   *[other] { $count } funcionarios dados de baja después de la copia quedan otra vez sin acceso.
}
restore-officer-stays = ATENCIÓN: { $name }, que había sido dado de baja, es el último administrador y tiene acceso otra vez; agregue otro y dele de baja
