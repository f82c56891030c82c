/** Ends the name of the folder of a node's own files, in the lab's directory: NODE.d. */
export const NODE_FOLDER_ENDING = '.d';

/** What of a node's folder a guest gets as /rw. */
export const PERSISTENT = 'rw';

/** Where a node's keyfiles are, below its folder and below the guest's root. */
export const KEYFILES = 'rw/config/NM-system-connections';

/** Ends the names of keyfiles (nm-settings-keyfile(5)). */
export const KEYFILE_ENDING = '.nmconnection';
