config-document-when = una entrada de `{ $key }` tiene el momento `{ $written }`; escriba una de estas palabras: { $allowed }
config-no-centre = `{ $key }` está vacío: quien deba terminar en persona no sabría a dónde ir; escriba al menos un centro
config-document-missing = en `{ $key }` falta un documento con when = "{ $when }" para `{ $kind }`; agréguelo, o ese caso no podría aprobarse
