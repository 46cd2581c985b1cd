// The contract between the service and a switch, on a real FreeSWITCH. `test/contract` runs the same
// assertions on the simulator.
import { switchContract } from '../contract/switch-contract.ts'
import { RealPeer } from '../support/real-peer.ts'

switchContract('FreeSWITCH', RealPeer.start)
