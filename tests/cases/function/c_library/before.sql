create function touch() returns trigger language c as '$libdir/moddatetime', 'moddatetime';
