## Llavero

help-keys = Cuida el llavero
help-keys-list = Enumera las llaves: cuándo se creó cada una y qué queda bajo ella
help-keys-rotate = Agrega una llave al llavero; lo emitido con la anterior sirve hasta que termine
help-keys-reseal = Vuelve a sellar con la llave activa lo que está sellado con otra, mientras el servicio funciona
help-keys-reseal--dry-run = Dice cuánto sería y no cambia nada
help-keys-retire = Saca del llavero una llave bajo la que ya no queda nada
help-keys-retire--key = La llave, por su nombre: k1
help-keys-retire--yes = Confirma: la llave no vuelve, y las copias de seguridad de antes necesitan el llavero de antes

keys-rotated = llave { $id } agregada a { $path }
keys-restart = Reinicie el servicio, en todos los nodos, para que emita con la llave nueva. Lo emitido con las anteriores sirve hasta que termine. Después: clavero keys reseal.
keys-columns = llave, creada, sellados, recuperaciones en curso, casos en curso, claves de empleadores, estado
keys-state-active = activa
keys-state-old = anterior
keys-state-retired = retirada; queda lo que comprueba las claves
keys-progress = { $done } de { $all } valores revisados
keys-resealed = sellados de nuevo con la llave { $id }: { $resealed }, de { $found } que estaban con otra o en otra forma
keys-to-reseal = con otra llave que { $id } o en otra forma: { $found }. No se cambió nada
keys-retired = llave { $id } retirada de { $path }
keys-pepper = claves de empleadores guardadas con { $id }: { $count }. Del llavero sale la llave y queda lo que las comprueba, hasta que cada una se use o se cambie
keys-retired-next = Copie el llavero a los demás nodos y a su lugar seguro, y haga una copia de seguridad: las de antes no se abren con este llavero. Destruya las copias del llavero que tengan { $id } cuando ya no haya copias de seguridad que las necesiten.

failed-keys-restart = el servicio todavía trabaja con la llave { $before }: reinícielo, en todos los nodos, para que lea { $id }; después repita
failed-keys-reseal = la base de datos { $path } falló: { $why }. Lo ya sellado de nuevo queda; repita cuando esté corregida
failed-keys-unopened = no se abren con ninguna llave de este llavero: { $count }. Quedaron como están. Son de otro llavero, o alguien los cambió: ¿falta en el llavero una llave?
failed-keys-retire-yes = la llave { $id } no vuelve: lo que solo ella abre, también en copias de seguridad, ya no se podrá abrir. Confirme con --yes
failed-keys-unknown = en { $path } no hay una llave { $id }
failed-keys-active = { $id } es la llave activa; antes: clavero keys rotate, reiniciar, clavero keys reseal
failed-keys-in-use = bajo la llave { $id } quedan valores sellados: { $sealed }, recuperaciones en curso: { $recoveries }, casos en curso: { $cases }, claves de empleadores: { $credentials }. Los valores: clavero keys reseal. Lo que está en curso termina solo. Las claves detienen el retiro solo de una llave ya retirada

doctor-keys-old = la llave activa { $id } es del { $made }; se cambia cada año: clavero keys rotate
doctor-keys-undated = el llavero no dice de cuándo es la llave activa { $id }; se cambia cada año: clavero keys rotate
doctor-keys-earlier = el llavero aún tiene llaves anteriores ({ $ids }); cuando el servicio trabaje con la activa: clavero keys reseal, y clavero keys retire
