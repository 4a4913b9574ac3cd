create publication p;
alter publication p owner to role_b;
