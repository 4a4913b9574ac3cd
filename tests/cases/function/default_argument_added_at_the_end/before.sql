create function send(recipient text) returns void language plpgsql as 'begin end';
