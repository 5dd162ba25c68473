import CommonCrypto
import ExpoModulesCore

/// PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2), by CommonCrypto.
public class ZvonokPbkdf2Module: Module {
  public func definition() -> ModuleDefinition {
    Name("ZvonokPbkdf2")

    AsyncFunction("derive") { (password: String, salt: String, iterations: Int, bytes: Int) throws -> String in
      let saltBytes = Array(salt.utf8)
      var derived = [UInt8](repeating: 0, count: bytes)
      let status = CCKeyDerivationPBKDF(
        CCPBKDFAlgorithm(kCCPBKDF2),
        password, password.utf8.count,
        saltBytes, saltBytes.count,
        CCPseudoRandomAlgorithm(kCCPRFHmacAlgSHA256),
        UInt32(iterations),
        &derived, derived.count
      )
      guard status == kCCSuccess else { throw DerivationFailed() }
      return derived.map { String(format: "%02x", $0) }.joined()
    }
  }
}

final class DerivationFailed: Exception {
  override var reason: String { "CommonCrypto could not derive the bytes" }
}
