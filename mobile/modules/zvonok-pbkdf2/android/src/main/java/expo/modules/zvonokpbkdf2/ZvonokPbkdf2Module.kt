package expo.modules.zvonokpbkdf2

import expo.modules.kotlin.modules.Module
import expo.modules.kotlin.modules.ModuleDefinition
import java.nio.ByteBuffer
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import kotlin.experimental.xor

/** PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2). The system's own begins with Android 8, so only its HMAC is used. */
class ZvonokPbkdf2Module : Module() {
  override fun definition() = ModuleDefinition {
    Name("ZvonokPbkdf2")

    AsyncFunction("derive") { password: String, salt: String, iterations: Int, bytes: Int ->
      derive(password.toByteArray(), salt.toByteArray(), iterations, bytes)
        .joinToString("") { "%02x".format(it) }
    }
  }

  private fun derive(password: ByteArray, salt: ByteArray, iterations: Int, bytes: Int): ByteArray {
    val mac = Mac.getInstance("HmacSHA256").apply { init(SecretKeySpec(password, "HmacSHA256")) }
    val blocks = (bytes + mac.macLength - 1) / mac.macLength
    val derived = ByteBuffer.allocate(blocks * mac.macLength)
    for (block in 1..blocks) {
      mac.update(salt)
      var round = mac.doFinal(ByteBuffer.allocate(4).putInt(block).array())
      val sum = round.copyOf()
      repeat(iterations - 1) {
        round = mac.doFinal(round)
        for (at in sum.indices) sum[at] = sum[at] xor round[at]
      }
      derived.put(sum)
    }
    return derived.array().copyOf(bytes)
  }
}
