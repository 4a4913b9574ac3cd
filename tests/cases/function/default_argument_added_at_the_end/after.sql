create function send(recipient text, urgent boolean default false) returns void language plpgsql as 'begin end';
