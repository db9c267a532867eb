import Foundation
import Testing

/// Whether the check of histories finds the faults it looks for.
@Suite struct RegisterTests {
    private let origin = ContinuousClock.now

    private func write(_ place: Int, _ start: Int, _ end: Int) -> Register.Operation { made(true, place, start, end) }
    private func read(_ place: Int, _ start: Int, _ end: Int) -> Register.Operation { made(false, place, start, end) }

    private func made(_ isWrite: Bool, _ place: Int, _ start: Int, _ end: Int) -> Register.Operation {
        Register.Operation(
            what: isWrite ? "a write" : "a read", isWrite: isWrite, place: place, start: origin + .seconds(start),
            end: origin + .seconds(end))
    }

    @Test func whatOverlapsMayComeInEitherOrder() {
        #expect(Register([write(1, 0, 9), write(2, 1, 2), read(2, 3, 4), read(2, 3, 4)]).faults.isEmpty)
        #expect(Register([write(1, 0, 2), write(2, 1, 5), read(1, 3, 4), read(2, 3, 4)]).faults.isEmpty)
    }

    @Test func anOldValueIsAFault() {
        #expect(Register([write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)]).faults.count == 1)
    }

    @Test func aValueThatGoesBackIsAFault() {
        // The write is still in progress: a reader that saw it has seen it.
        #expect(Register([write(1, 0, 1), write(2, 2, 9), read(2, 3, 4), read(1, 5, 6)]).faults.count == 1)
    }

    @Test func aValueBeforeItsWriteIsAFault() {
        #expect(Register([read(1, 0, 1), write(1, 2, 3)]).faults.count == 1)
    }

    @Test func aWriteThatComesBeforeAnEarlierOneIsAFault() {
        #expect(Register([write(2, 0, 1), write(1, 2, 3)]).faults.count == 1)
    }

    @Test func placesOfAReadLieBetweenWhatWasAndWhatCame() {
        let register = Register([write(1, 0, 1), write(2, 2, 6), write(3, 8, 9)])
        #expect(register.places(from: origin + .seconds(3), to: origin + .seconds(4), of: 3) == 1...2)
        #expect(register.places(from: origin + .seconds(10), to: origin + .seconds(11), of: 3) == 3...3)
    }
}
