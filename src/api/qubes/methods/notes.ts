import { decodeUtf8 } from '../../../model/utf8.ts';
import { QubesError } from '../qubes-error.ts';
import { changeNode, changing, type Methods, showing } from './method.ts';

/** The attribute that holds what people wrote about a qube. */
const NOTES = 'qn_notes';

export const notesMethods: Methods = {
  'admin.vm.notes.Get': showing({ destination: 'qube' }, ({ qube }) => qube.node?.attributes[NOTES] ?? ''),
  // Nothing deletes them, as qvm-notes does.
  'admin.vm.notes.Set': changing({ destination: 'qube', payload: 'any' }, async (call) => {
    const text = decodeUtf8(call.payload);
    if (/[^\n\t\P{Cc}]|\ufffd/u.test(text)) {
      throw new QubesError('QubesValueError', 'Notes are text in UTF-8 without control characters');
    }
    await changeNode(call, { [NOTES]: text || null });
  }),
};
