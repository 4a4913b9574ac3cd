select z from d;
