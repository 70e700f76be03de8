# La vía asistida vista por el empleador: abrir un trámite, seguirlo y llevarlo al centro.

failed-press = no se pudieron iniciar los hilos que preparan los documentos: { $why }

## Entrada

assisted-crumb = Clave patronal
assisted-who-representative = Empleadores cuyo representante legal cambió y aún no consta en el registro.
assisted-step-open = Abra su trámite aquí, complete los datos y descargue el expediente en un solo PDF.
case-open = Abrir un trámite
case-open-text = Escriba los datos como están registrados. El trámite queda abierto { $days } días y no cambia su clave actual.
case-open-button = Abrir trámite
case-open-flow = Abrir mi trámite
case-flow-text = Ya tenemos sus datos: no tiene que escribirlos otra vez.
case-flow-open = Usted ya abrió un trámite:
case-flow-continue = Continuar mi trámite
case-find = Ya tengo una referencia
case-find-button = Ver mi trámite
case-reference-label = Referencia del trámite
case-reference-hint = Dieciséis letras y números, en grupos de cuatro. Está en su expediente y en los correos del trámite.
case-reference-empty = Escriba la referencia de su trámite.
case-reference-length = Revise la referencia: tiene { $found } letras y números, y debe tener 16.
case-reference-symbols = Revise la referencia: solo lleva letras y números, en grupos de cuatro.
case-reference-slip = La referencia tiene un error al escribirla: alguna letra o número está cambiado. Cópiela otra vez de su expediente.
case-unknown = No encontramos un trámite con esa referencia. Revise que sea la de su expediente, o abra un trámite nuevo.
case-too-many-open = Este empleador ya tiene tres trámites abiertos. Continúe uno con su referencia. Si ninguno es suyo, acérquese: en la ventanilla le abren otro.
case-mismatch-representative = La cédula debe ser la del representante legal que consta en el registro, aunque haya cambiado. El nuevo se indica después, dentro del trámite.
case-mismatch-else = Si todo está bien escrito, el registro debe corregirse antes: acérquese a un centro de atención con el RUC y su identificación.
case-have-slip = Tengo un código de un solo uso entregado en el centro
case-bring-third = Si va otra persona, además:
case-bring-change = Si cambia el representante legal, además:
case-centre-phone = Teléfono: { $phone }
message-case-damaged-title = No podemos mostrar ese trámite
message-case-damaged-text = Lo que está guardado de él no es lo que se escribió, y ya avisamos a quien opera el servicio. Abra otro trámite, o vaya al centro de atención con sus documentos: allí pueden abrirlo con usted.
message-case-other-browser-title = Esa recuperación se empezó en otro navegador
message-case-other-browser-text = Ábrala en el navegador donde la empezó, o abra el trámite con sus datos desde «Clave patronal en un centro de atención».
message-papers-absent-title = Esta instalación no prepara documentos
message-papers-absent-text = Su trámite está guardado. Vaya al centro con la referencia: allí tienen los formularios.
message-no-paper-title = No pudimos preparar el documento
message-no-paper-text = Su trámite está guardado. Inténtelo más tarde; también puede ir al centro solo con la referencia.

## Un trámite

case-title = Su trámite de clave patronal
case-until = Abierto hasta el { $until } (hora de Ecuador).
case-state-opened = Faltan sus datos
case-what-opened = Abrimos su trámite.
case-next-opened = Complete los datos de abajo. Después podrá descargar el expediente con todo lo que debe llevar.
case-state-ready = Listo para ir al centro
case-what-ready = Tenemos sus datos.
case-next-ready = Descargue el expediente, reúna los documentos y vaya al centro que eligió. No necesita cita.
case-next-ready-slip = Descargue el expediente, reúna los documentos y vaya al centro que eligió. Como no indicó un correo, allí recibirá un sobre con un código de un solo uso.
case-state-at-desk = Le están atendiendo
case-what-at-desk = Un funcionario del centro revisa sus documentos.
case-next-at-desk = Si debe confirmar su correo, escriba aquí el código, o dígaselo usted mismo a quien le atiende.
case-state-awaiting-approval = En revisión
case-what-awaiting-approval = Sus documentos ya fueron revisados en el centro.
case-next-awaiting-approval = Una segunda persona de la institución lo revisa. No tiene que hacer nada; esta página se actualiza sola.
case-state-approved = Aprobado
case-what-approved = Su trámite fue aprobado.
case-next-approved = Pida en el centro que le entreguen la clave: mientras le atienden, usted mismo la elige. Nadie más la verá.
case-next-approved-later = La clave puede entregarse desde el { $from } (hora de Ecuador). Vaya entonces al centro con su identificación.
case-state-activated = Puede elegir su clave
case-what-activated = El centro abrió el paso para que usted elija su clave.
case-next-queued = Estamos entregando el enlace al servidor de su correo. Espere un momento en el centro.
case-next-link = Enviamos a su correo un enlace para elegir la clave. Ábralo antes de las { $end }.
case-next-ended = El enlace terminó. Pida a quien le atiende que lo envíe otra vez; no tiene que repetir el trámite.
case-next-refused = El servidor de correo rechazó su dirección. Dígaselo a quien le atiende: puede cambiarla.
case-next-slip = Use el código del sobre que le entregaron antes del { $until } (hora de Ecuador).
case-state-closed = Terminado
case-what-closed = Usted eligió su clave y ya funciona.
case-next-closed = Ingrese con ella cuando quiera. Si no fue usted, avise a la institución ahora mismo.
case-state-returned = Falta corregir algo
case-what-returned = Al revisarlo, se encontró algo que debe corregirse.
case-next-returned = Quien le atiende en el centro le dirá qué corregir. Revise también los datos de esta página.
case-state-rejected = Terminó sin entregar la clave
case-what-rejected = La institución no pudo aprobar este trámite. Su clave no cambió.
case-next-rejected = Pregunte la razón en el centro que le atendió, con su referencia. Puede abrir otro trámite cuando tenga lo que faltó.
case-state-frozen = Detenido
case-what-frozen = Desde el correo registrado del empleador se pidió detener este trámite. La clave no cambió.
case-next-frozen = Una persona supervisora lo revisa y decide. Acérquese al centro con su identificación, o comuníquese con la institución.
case-state-expired = Terminó el plazo
case-what-expired = Este trámite ya no está abierto: pasó su plazo, u otro trámite del mismo empleador se completó antes.
case-next-expired = Si aún necesita la clave, abra otro. Los documentos que reunió siguen sirviendo.
case-open-another = Abrir otro trámite
case-use-slip = Usar el código del sobre

case-tell = Sus datos
case-mailbox = Confirme su correo
case-mailbox-text = Enviaremos un código a { $email } para comprobar que usted lo lee. A ese correo llegará el enlace para elegir la clave.
case-mailbox-button = Enviarme un código
case-mailbox-later = No puedo leerlo ahora
case-mailbox-later-text = Puede seguir sin confirmarlo: lo hará más tarde o en el centro.
case-code-left = { $left ->
    [one] Puede intentarlo 1 vez.
   *[other] Puede intentarlo { $left } veces.
}
case-code-exhausted = Este código ya no se puede usar porque se escribió mal demasiadas veces. Pida otro con un clic.
case-code-ended = Este código terminó: valía { $code_ttl }. Pida otro con un clic.
case-codes-spent = Este trámite ya pidió todos los códigos que puede pedir. Confirme el correo en el centro.
case-packet = Su expediente
case-packet-text = Un solo PDF con la solicitud, el acuerdo, la lista de lo que debe llevar y el código que leerán en el centro. Puede descargarlo otra vez cuando quiera.
case-packet-button = Descargar expediente (PDF)
case-bring-more = Cuando complete sus datos, la lista dirá exactamente lo que le corresponde.
case-found-seen = visto
case-found-not-needed = no hace falta
case-found-missing = faltó
case-card = Para mostrar en el centro
case-card-text = Muestre el código o dicte la referencia. No necesita cita.
case-qr = Código QR con la dirección de este trámite
case-about = Este trámite
case-about-reference = Referencia
case-about-reason = Por qué se hace en persona
case-happened = Qué ha pasado
case-keep = Guarde la referencia: sirve para volver a esta página desde cualquier equipo. Quien la tenga puede ver este trámite, pero no ingresar con ella.
case-told-opened = Se abrió el trámite.
case-told-details = Usted completó o cambió sus datos.
case-told-email = El correo quedó confirmado.
case-told-taken = Un funcionario empezó a atenderle.
case-told-asked = El centro pidió la aprobación.
case-told-approved = Se aprobó el trámite.
case-told-returned = Se devolvió para corregir algo.
case-told-rejected = Terminó sin entregar la clave.
case-told-handed-over = Se abrió el paso para elegir la clave.
case-told-slip = Se usó el código del sobre.
case-told-closed = Se eligió la clave.
case-told-frozen = Se detuvo desde el correo registrado.
case-told-unfrozen = Una persona supervisora permitió que siguiera.
case-told-superseded = Otro trámite del mismo empleador se completó antes.

## Los datos

case-details-title = Datos de su trámite
case-details-lead = Con estos datos llenamos su solicitud. Puede cambiarlos hasta que le atiendan.
case-details-button = Guardar datos
case-details-back = Volver sin guardar
case-change-details = Cambiar mis datos
case-applicant-label = Quién va al centro
case-applicant-hint = Cada persona lleva su identificación original.
case-applicant-in-person = El empleador o representante legal
case-applicant-third-party = Otra persona, con un poder
case-third-party = Si va otra persona
case-third-party-id-label = Su cédula o código de extranjero
case-third-party-name-label = Sus nombres y apellidos
case-phone-label = Teléfono de contacto
case-address-label = Dirección de contacto
case-email-label = Correo electrónico
case-email-hint = Un correo suyo que funcione: allí llega el enlace para elegir la clave. Si no tiene ninguno, déjelo vacío; recibirá un código impreso en el centro.
case-email-verified = confirmado
case-email-unverified = Indicado, sin confirmar
case-email-none = Ninguno: recibirá un código impreso
case-centre-label = Centro de atención
case-centre-hint = El que le quede mejor. Puede cambiarlo después.
case-centre-choose = Elija un centro
case-change = Cambia el representante legal
case-change-text = Solo si el nuevo representante aún no consta en el registro. Deberá llevar su nombramiento.
case-change-label = Representante legal
case-change-yes = Cambia con este trámite
case-new-representative-id-label = Cédula o código de extranjero del nuevo representante
case-new-representative-name-label = Nombres y apellidos del nuevo representante
case-field-applicant = quién va al centro
case-field-phone = el teléfono
case-field-address = la dirección
case-field-email = el correo
case-field-centre = el centro
case-field-new-representative-id = la cédula o código del nuevo representante
case-field-new-representative-name = el nombre del nuevo representante
case-field-third-party-id = la cédula o código de quien va
case-field-third-party-name = el nombre de quien va
case-error-applicant = Elija quién va al centro.
case-error-centre = Elija un centro de atención.
case-error-too-long = Revise { $field }: tiene { $found } caracteres y caben { $expected }.
case-not-changed = No guardamos el cambio: el centro ya tiene su trámite en la mano, o se cambió en otra ventana. Dígalo a quien le atiende.

## Detener

case-stop-title = ¿Usted no pidió este trámite?
case-stop-text = En un centro de atención se pide la clave de este empleador para otro correo. Si no lo reconoce, deténgalo. Esto es lo que pasará:
case-stop-freezes = El trámite se detiene de inmediato.
case-stop-supervisor = Una persona supervisora lo revisa antes de que pueda seguir.
case-stop-key = Su clave actual no cambia.
case-stop-button = Detener el trámite
case-stop-late = Este trámite ya terminó, o una persona supervisora ya lo revisó. Si no lo reconoce, avísele ahora: lo verá de inmediato.
case-stop-tell = Avisar que no lo reconozco
case-stop-was-you = Si usted lo pidió o lo conoce, cierre esta página: nada ha cambiado.
case-stopped-title = El trámite está detenido
case-stopped-text = Nadie puede seguir con él hasta que una persona supervisora lo revise. Su clave no cambió.
case-stopped-next = La institución podría comunicarse con usted. Revise también quién más puede leer su correo.
case-told-title = Su aviso fue recibido
case-told-text = Una persona supervisora lo verá.
case-told-next = Si cree que otra persona tiene su clave, recupérela ahora: todas las sesiones se cerrarán.
message-stop-unknown-title = Este enlace no funciona
message-stop-unknown-text = La dirección no está completa o no es la nuestra. Ábrala otra vez desde el correo, copiándola entera.

## Código de un solo uso

slip-page-title = Usar el código de su sobre
slip-page-lead = Escriba los datos del empleador y el código impreso que le entregaron en el centro. Después elegirá su clave.
slip-page-label = Código de un solo uso
slip-page-hint = Dieciséis letras y números, en grupos de cuatro, dentro del sobre.
slip-page-button = Continuar
slip-page-once = Sirve una sola vez y hasta la fecha que dice el sobre.
slip-page-opened = Si recibió el sobre abierto, no lo use: devuélvalo en el centro y pida otro.
slip-page-reference-empty = Escriba el código de su sobre.
slip-page-reference-length = Revise el código: tiene { $found } letras y números, y debe tener 16.
slip-page-reference-symbols = Revise el código: solo lleva letras y números, en grupos de cuatro.
slip-page-reference-slip = El código tiene un error al escribirlo: alguna letra o número está cambiado. Cópielo otra vez del sobre.
slip-page-invalid = No pudimos abrir el paso con esos datos. Revise los identificadores y el código; si ya se usó o terminó, pida otro en el centro.

## Ayuda

help-case = Quiero ver cómo va mi trámite en el centro
help-case-why = Cada trámite tiene una referencia de dieciséis letras y números, impresa en el expediente.
help-case-next = Escríbala en «Clave patronal en un centro de atención», en «Ya tengo una referencia».
assisted-forms = Descargar los formularios en blanco (PDF)
assisted-forms-text = Solicitud, acuerdo de uso responsable y lista de lo que debe llevar, para llenar a mano. No necesita abrir un caso ni constar en el registro.
assisted-forms-kind = Descargar los formularios de este tipo (PDF)
