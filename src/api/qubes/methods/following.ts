import { happeningsOf } from '../happenings/happenings.ts';
import { measuringInterval } from '../properties/lab-properties.ts';
import { ADMIN_VM } from '../wire/request.ts';
import { following, type Methods } from './method.ts';
import { measure } from './stats.ts';

export const followingMethods: Methods = {
  'admin.Events': following(({ lab, qube }, tell) => {
    tell({ subject: '', event: 'connection-established', parameters: [] });
    return lab.follow((news) => {
      for (const event of happeningsOf(news)) {
        if (qube.name === ADMIN_VM || event.subject === qube.name) tell(event);
      }
    });
  }),
  'admin.vm.Stats': following(({ lab, view, qube }, tell) => {
    tell({ subject: '', event: 'connection-established', parameters: [] });
    return measure(lab, qube, measuringInterval(view), tell);
  }),
};
