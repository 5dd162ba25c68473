Pod::Spec.new do |s|
  s.name           = 'ZvonokPbkdf2'
  s.version        = '0.1.0'
  s.summary        = 'PBKDF2 with HMAC-SHA-256, by the system'
  s.license        = 'MIT'
  s.author         = 'Zvonok'
  s.homepage       = 'https://example.org'
  s.platforms      = { :ios => '15.1' }
  s.source         = { :git => '' }
  s.static_framework = true
  s.dependency 'ExpoModulesCore'
  s.source_files   = '**/*.swift'
end
