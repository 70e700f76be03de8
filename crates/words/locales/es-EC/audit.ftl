help-audit = El registro de auditoría a prueba de alteraciones: comprobarlo, entregarlo, probar sus asientos
help-audit-verify = Comprueba todo el registro; código de salida 1 y el primer asiento malo si no está íntegro
help-audit-verify--checkpoint = Puntos de control guardados por un auditor, para comparar también con ellos
help-audit-export = Escribe los asientos como líneas JSON, con el punto de control y lo que los prueba
help-audit-export--from = Solo asientos desde este día o momento (2026-11-21, o RFC 3339)
help-audit-export--to = Solo asientos anteriores a este día o momento
help-audit-export--out = Escribe en este archivo en lugar de la salida estándar
help-audit-export--open = Abre también los datos personales de los asientos; el archivo es entonces confidencial
help-audit-prove = Muestra como JSON la prueba de que un asiento está en el registro, o de que el registro continúa un punto de control anterior
help-audit-prove--entry = Número del asiento, desde 0
help-audit-prove--since = Archivo con un punto de control anterior: prueba que el registro de hoy empieza con él

audit-holds = el registro está íntegro: { $size } asientos, raíz { $root }
audit-compared = { $count ->
    [one] comparado con un punto de control de fuera de la base de datos
   *[other] comparado con { $count } puntos de control de fuera de la base de datos
}
audit-waiting = { $count ->
    [one] un asiento más espera ser sellado
   *[other] { $count } asientos más esperan ser sellados
}
audit-restored = asiento { $index }: el { $at } se volvió a una copia de seguridad; los asientos { $first } a { $last } de antes se perdieron
audit-restored-unknown = asiento { $index }: el { $at } se volvió a una copia de seguridad, sin que se supiera de asientos perdidos
audit-key = clave de verificación: { $vkey }
audit-empty = todavía no se ha sellado nada
audit-no-file = no existe { $path }: sin puntos de control de fuera de la base de datos, una base anterior no se distingue de la de hoy
audit-unreadable = { $count ->
    [one] un fragmento de los archivos de puntos de control no es un punto de control completo y se pasó por alto
   *[other] { $count } fragmentos de los archivos de puntos de control no son puntos de control completos y se pasaron por alto
}
audit-progress = { $done } de { $all } asientos
audit-exported = { $count ->
    [one] un asiento, probado por el punto de control de { $size }
   *[other] { $count } asientos, probados por el punto de control de { $size }
}

audit-found-altered = el asiento { $index } no es el que se firmó: fue alterado
audit-found-displaced = el asiento { $index } no está en su lugar: allí está el asiento { $by } (intercambiados)
audit-found-missing = falta el asiento { $index }
audit-found-rewritten = los asientos { $first } a { $last } no son los que se firmaron: el registro y sus resúmenes fueron reescritos a la vez
audit-found-appended = el asiento { $index } y los siguientes fueron añadidos fuera del servicio: ningún punto de control los respalda
audit-found-truncated = el registro fue truncado: se firmaron { $signed } asientos, y faltan desde el asiento { $index } en adelante
audit-found-older = esta es una base de datos anterior: tiene { $size } asientos, y se firmaron { $signed }
audit-found-hashes = los asientos son los que se firmaron, pero los resúmenes guardados están dañados (bloque { $number } del nivel { $level }): no se pueden hacer pruebas
audit-found-vanished = { $count ->
    [one] un asiento fue quitado de la base de datos antes o después de ser sellado
   *[other] { $count } asientos fueron quitados de la base de datos antes o después de ser sellados
}
audit-found-other-key = el punto de control de { $size } asientos fue firmado con otra clave
audit-found-signature = el punto de control de { $size } asientos fue alterado: su firma no corresponde
audit-found-other-log = el punto de control de { $size } asientos es de otro registro
audit-found-no-checkpoint = el punto de control de { $size } asientos fue alterado: no es un punto de control

failed-audit = no se puede usar el registro de auditoría: { $why }
failed-audit-damaged = los resúmenes guardados no son los del registro que se firmó: vea qué dice «clavero audit verify»
failed-audit-name = la base de datos no da nombre al registro de auditoría
failed-audit-nothing = todavía no se ha sellado nada: no hay qué mostrar
failed-audit-no-checkpoint = { $path } no contiene ningún punto de control de este registro
failed-audit-no-entry = ningún punto de control respalda un asiento { $index }
failed-audit-newer = ese punto de control es de ningún asiento, o de más asientos de los que tiene el registro: vea qué dice «clavero audit verify»
failed-audit-moment = { $text } no es ni un día (2026-11-21) ni un momento (RFC 3339)
failed-audit-read = no se puede leer { $path }: { $why }

doctor-name-audit = auditoría
doctor-audit = { $sealed } asientos sellados, { $waiting } en espera, el más antiguo desde hace { $oldest }; puntos de control en { $path }

desk-log = Registro de auditoría
desk-log-text = Cada acto, en un registro que nadie puede cambiar sin que se note.
desk-log-title = Registro de auditoría
log-lead = Cada acto y cada negativa es un asiento aquí, sellado para que nadie pueda cambiar, quitar o añadir alguno sin que se note. Los datos personales están sellados: el operador los abre donde hagan falta.
log-none = Todavía no se ha sellado nada.
log-entries = { $count ->
    [one] Un asiento
   *[other] { $count } asientos
}
log-waiting = { $count ->
    [one] Uno más espera ser sellado.
   *[other] { $count } más esperan ser sellados.
}
log-number = Número
log-time = Cuándo
log-who = Quién
log-act = Qué
log-refused = negado:
log-recovery = recuperación
log-case = caso
log-upon = funcionario
log-reason = fundamento
log-actor-visitor = visitante
log-actor-employer = empleador
log-actor-officer = funcionario
log-actor-system = el servicio
log-proof = Prueba del asiento { $index }
log-pages = Páginas del registro
log-newer = Asientos más recientes
log-older = Asientos anteriores
log-checkpoint = Punto de control
log-checkpoint-text = Esta nota firmada responde por todos los asientos hasta ahora. Guárdela fuera del alcance de quien opera el servicio: con ella cualquiera puede mostrar después si el registro fue cambiado. No contiene datos personales.
log-checkpoint-save = Guardar el punto de control
log-vkey = Clave de verificación
log-vkey-text = Con ella se verifican los puntos de control. Guárdela una vez, en papel, de dos personas; no cambia.
message-log-nothing-title = No existe ese asiento
message-log-nothing-text = El registro no tiene ningún asiento sellado con ese número.

help-retention = Borra lo que cumplió su plazo de conservación: recuperaciones y casos terminados, y las llaves de los datos personales del registro de auditoría
retention-recoveries = { $count ->
    [0] ninguna recuperación cumplió su plazo
    [one] una recuperación terminada, borrada
   *[other] { $count } recuperaciones terminadas, borradas
}
retention-cases = { $count ->
    [0] ningún caso cumplió su plazo
    [one] un caso terminado, borrado con todo lo que se escribió en él
   *[other] { $count } casos terminados, borrados con todo lo que se escribió en ellos
}
retention-log = { $count ->
    [0] ningún asiento del registro cumplió su plazo
    [one] un asiento del registro cuyos datos personales ya no puede abrir nadie
   *[other] { $count } asientos del registro cuyos datos personales ya no puede abrir nadie
}

log-act-recovery-started = Empezó una recuperación
log-act-recovery-mismatched = Datos que no coinciden con el registro
log-act-recovery-code-attempted = Se escribió un código
log-act-recovery-code-accepted = El código fue correcto
log-act-recovery-code-requested = Se pidió otro código
log-act-recovery-link-requested = Se pidió otro enlace
log-act-recovery-mail-access-lost = Dijo que no tiene acceso al correo
log-act-recovery-mail-attempted = Se tomó un correo para enviarlo
log-act-recovery-mail-accepted = El servidor de correo aceptó un correo
log-act-recovery-mail-rejected = El servidor de correo rechazó un correo
log-act-recovery-key-recovered = Se guardó una clave con el enlace
log-act-recovery-superseded = Otra recuperación ocupó su lugar
log-act-credential-changed = La clave cambió
log-act-credential-frozen = La clave quedó bloqueada por «no fui yo»
log-act-credential-rehashed = La misma clave se guardó con parámetros nuevos
log-act-credential-change-attempted = Alguien con sesión intentó cambiar la clave
log-act-session-opened = Se inició una sesión
log-act-session-closed = Se cerró una sesión
log-act-session-close-attempted = Alguien con sesión intentó cerrar sesiones
log-act-session-attempted = Alguien intentó ingresar
log-act-notice-accepted = El servidor de correo aceptó un aviso
log-act-notice-refused = El servidor de correo rechazó un aviso
log-act-mail-dropped = Un correo no salió porque ya no servía
log-act-employer-read = Se mostró todo lo que se guarda de un empleador
log-act-employer-removed = Se quitó un empleador del registro
log-act-registry-corrected = Un caso aprobado corrigió el registro de empleadores
log-act-registry-imported = Se cargó el registro de empleadores
log-act-recovery-forgotten = Se borraron recuperaciones que cumplieron su plazo
log-act-case-forgotten = Se borró un caso que cumplió su plazo
log-act-case-read = Alguien quiso ver un caso
log-act-case-listed = Alguien quiso ver la lista de casos
log-act-case-day-read = Alguien quiso ver la hoja del día
log-act-case-figures-read = Alguien quiso ver las cifras
log-act-case-looked-up = Alguien buscó una referencia
log-act-case-slip-tried = Alguien escribió el código de un sobre
log-act-keys-resealed = Lo sellado se selló de nuevo
log-act-keys-retired = Se retiró una llave del llavero
log-act-store-restored = Se volvió a una copia de seguridad
log-act-credential-retired = Se dejó sin efecto una clave que una restauración había traído de vuelta
log-act-audit-keys-destroyed = Se destruyeron llaves de datos personales de este registro
log-act-audit-gap = Faltan asientos de antes de ser sellados
log-act-officer-added = Se añadió a un funcionario
log-act-officer-disabled = Se quitó el acceso a un funcionario
log-act-officer-enrolment-asked = Se pidió una dirección de alta
log-act-officer-enrolment-confirmed = Otra persona confirmó la dirección de alta
log-act-officer-enrolment-withdrawn = Se retiró el pedido de alta
log-act-officer-enrolment-begun = Empezó a registrar una llave de acceso
log-act-officer-enrolled-passkey = Registró una llave de acceso
log-act-officer-enrolled-totp = Registró una aplicación de códigos
log-act-officer-enrolment-own = Pidió para sí una dirección de alta
log-act-officer-means-given-up = Quitó una llave de acceso o la aplicación
log-act-officer-sign-in-attempted = Alguien intentó ingresar a la ventanilla
log-act-officer-signed-in = Ingresó a la ventanilla
log-act-officer-signed-out = Salió de la ventanilla
log-act-officer-touched = Tocó su llave para una decisión
log-act-officer-touch-attempted = Escribió un código para una decisión
log-act-officer-turned-away = Pidió algo que su rol no tiene
