create publication p;
comment on publication p is 'later';
