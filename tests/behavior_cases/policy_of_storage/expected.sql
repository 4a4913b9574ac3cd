-- policies
CREATE POLICY avatars ON storage.objects FOR SELECT TO authenticated USING ((bucket_id = 'avatars'::text));
